package heroku

import (
	"bytes"
	"io"
	"testing"
)

// TestMarked cuts an output into pieces of every size.
func TestMarked(t *testing.T) {
	t.Parallel()
	const mark = "\uffff slipway-X: "
	for _, c := range []struct {
		output, want string
		status       int
		ok           bool
	}{
		{"hello\n" + mark + "0\r\n", "hello\n", 0, true},
		{"no line end" + mark + "3\n", "no line end", 3, true},
		{mark + "127\n", "", 127, true},
		{"\uffff slipway-Y: 0\n" + mark + "1", "\uffff slipway-Y: 0\n", 1, true},
		{"broke off\uffff slip", "broke off", 0, false},
		{mark + "x", "", 0, false},
	} {
		for size := 1; size <= len(c.output); size++ {
			var out bytes.Buffer
			m := &marked{to: &out, mark: []byte(mark)}
			for piece := []byte(c.output); len(piece) > 0; {
				n := min(size, len(piece))
				if _, err := m.Write(piece[:n]); err != nil {
					t.Fatal(err)
				}
				piece = piece[n:]
			}
			if status, ok := m.status(); status != c.status || ok != c.ok || out.String() != c.want {
				t.Fatalf("%q in pieces of %d: %q, %d, %v", c.output, size, out.String(), status, ok)
			}
		}
	}
}

func TestMarkedThoughNobodyReads(t *testing.T) {
	t.Parallel()
	m := &marked{to: failing{}, mark: []byte("mark")}
	_, _ = m.Write([]byte("text mark5\n")) // it never fails
	if status, ok := m.status(); status != 5 || !ok || m.err == nil {
		t.Errorf("%d, %v, %v", status, ok, m.err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
