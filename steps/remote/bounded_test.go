package remote

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestHostileAnswer has a server answer a look without end: it is cut off, and the
// connection is good for the next.
func TestHostileAnswer(t *testing.T) {
	c := dialTest(t, newServer(t))
	if _, err := c.Output(t.Context(), "head -c 100000000 /dev/zero"); !errors.Is(err, errTooLong) {
		t.Errorf("got %v", err)
	}
	if out, err := c.Output(t.Context(), "echo fine"); err != nil || out != "fine\n" {
		t.Errorf("afterwards: %q, %v", out, err)
	}
	_, err := c.Output(t.Context(), "head -c 1000000 /dev/zero >&2; exit 1")
	if exit, ok := errors.AsType[*ExitError](err); !ok || len(exit.Tail) > keptEnd {
		t.Errorf("got %T", err)
	}
}

// zeros is a line of n bytes.
type zeros struct{ n int }

func (z *zeros) Read(p []byte) (int, error) {
	if z.n == 0 {
		return 0, io.EOF
	}
	n := min(len(p), z.n)
	z.n -= n
	return n, nil
}

// TestHostileLine reads one line of 400 MB, as a job may print it.
func TestHostileLine(t *testing.T) {
	out := bufio.NewReader(io.MultiReader(&zeros{400 << 20}, strings.NewReader("\nnext\n")))
	if line, err := readLine(out); err != nil || len(line) > longestLine+4 || !strings.HasSuffix(line, "…\n") || cap([]byte(line)) > 4*longestLine {
		t.Errorf("%d bytes, %v", len(line), err)
	}
	if line, err := readLine(out); err != nil || line != "next\n" {
		t.Errorf("the next is %q, %v", line, err)
	}
}

// TestNoStatus is a job whose status could not be kept: a failure, and nobody asks again.
func TestNoStatus(t *testing.T) {
	o := &output{boundary: "--b"}
	stdout, wait := o.follow()
	io.WriteString(stdout, "--b started 1\nwhy\n--b status \n") //nolint:errcheck // a pipe takes all
	wait()
	_, err := o.result("x")
	if exit, ok := errors.AsType[*ExitError](err); !ok || exit.Status != -1 {
		t.Errorf("got %v", err)
	}
}
