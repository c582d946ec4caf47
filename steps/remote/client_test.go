package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/steps/shell"
)

func dialTest(t *testing.T, s *sshServer) *Client {
	t.Helper()
	c, err := Dial(t.Context(), s.target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestWrongHostKeyIsToldNothing(t *testing.T) {
	s := newServer(t)
	target := s.target
	target.HostKeys = []ssh.PublicKey{newKey(t).PublicKey()}
	_, err := Dial(t.Context(), target)
	var wrong *WrongHostKey
	if !errors.As(err, &wrong) || wrong.Got != ssh.FingerprintSHA256(s.target.HostKeys[0]) || wrong.Hint() == "" {
		t.Errorf("got %v", err)
	}
	if n := s.logins.Load(); n != 0 {
		t.Errorf("it was shown a key %d times", n)
	}
}

func TestLoginRefused(t *testing.T) {
	s := newServer(t)
	target := s.target
	target.User = "deploy"
	_, err := Dial(t.Context(), target)
	var refused *LoginRefused
	if !errors.As(err, &refused) || refused.User != "deploy" {
		t.Errorf("got %v", err)
	}
}

// TestAgain drops a connection whose login is refused by then: the next one is made by
// whichever login works.
func TestAgain(t *testing.T) {
	s := newServer(t)
	c := dialTest(t, s)
	shut := s.target
	shut.User = "operator"
	for _, order := range [][]Target{{shut, s.target}, {s.target, shut}} {
		c.Again(order...)
		s.cut()
		if out, err := c.Output(t.Context(), "echo here"); err != nil || out != "here\n" || c.User() != "root" {
			t.Errorf("as %s got %q, %v", c.User(), out, err)
		}
	}
	c.Again(shut)
	s.cut()
	_, err := c.Output(t.Context(), "echo here")
	if refused, ok := errors.AsType[*LoginRefused](err); !ok || refused.User != "operator" {
		t.Errorf("got %v", err)
	}
}

func TestUnreachable(t *testing.T) {
	s := newServer(t)
	s.listener.Close()
	_, err := Dial(t.Context(), s.target)
	if _, ok := errors.AsType[*Unreachable](err); !ok {
		t.Errorf("got %v", err)
	}
}

func TestAsk(t *testing.T) {
	c := dialTest(t, newServer(t))
	out, err := c.Output(t.Context(), "echo one; echo two >&2; printf three")
	if err != nil || out != "one\nthree" {
		t.Errorf("got %q, %v", out, err)
	}
	_, err = c.Output(t.Context(), "echo why >&2; exit 7")
	var exit *ExitError
	if !errors.As(err, &exit) || exit.Status != 7 || exit.Tail != "why" {
		t.Errorf("got %v", err)
	}
	if n := c.RoundTrips(); n != 2 {
		t.Errorf("%d round trips, want 2", n)
	}
}

func TestLook(t *testing.T) {
	c := dialTest(t, newServer(t))
	got, err := c.Look(t.Context(), shell.Lines(shell.Section("a", "echo 1"), shell.Section("b", "false")))
	if err != nil || got["a"] != "1\n" || got["b"] != "" {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := c.Look(t.Context(), "exit 0"); err == nil {
		t.Error("a look that ended early was taken for whole")
	}
}

// TestAskAgainAfterACut cuts the connection at each of many places of an answer.
func TestAskAgainAfterACut(t *testing.T) {
	s := newServer(t)
	c := dialTest(t, s)
	want := strings.Repeat("0123456789abcdef\n", 4096)
	for _, at := range []int64{1, 100, 5000, 40000} {
		s.cutAfter.Store(at)
		got, err := c.Output(t.Context(), "i=0; while [ $i -lt 4096 ]; do echo 0123456789abcdef; i=$((i+1)); done")
		if err != nil || got != want {
			t.Fatalf("cut after %d bytes: %d bytes came, %v", at, len(got), err)
		}
	}
}

func TestPatienceEnds(t *testing.T) {
	s := newServer(t)
	c := dialTest(t, s)
	c.Patience = 500 * time.Millisecond
	s.listener.Close()
	s.cut()
	_, err := c.Output(t.Context(), "true")
	if _, ok := errors.AsType[*Unreachable](err); !ok {
		t.Errorf("got %v", err)
	}
}

// TestCancelEndsAtOnce has a command that ends only after it was given up.
func TestCancelEndsAtOnce(t *testing.T) {
	givenUp := filepath.Join(t.TempDir(), "given-up")
	c := dialTest(t, newServer(t))
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(100*time.Millisecond, func() { cancel(why) })
	if _, err := c.Output(ctx, "until [ -e "+givenUp+" ]; do sleep 0.1; done"); !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(givenUp, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestOutput reads what a runner prints over connections that drop.
func TestOutput(t *testing.T) {
	var lines []string
	o := &output{boundary: "--b", pass: func(line string) { lines = append(lines, line) }}
	connection := func(parts ...string) {
		t.Helper()
		stdout, wait := o.follow()
		defer wait()
		for _, part := range parts {
			if _, err := io.WriteString(stdout, part); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := func(what string, all ...string) {
		t.Helper()
		if !slices.Equal(lines, all) {
			t.Errorf("%s: lines %q, want %q", what, lines, all)
		}
	}
	connection("--b started 1\n", "first\nsec")
	want("a cut in a line", "first")
	if _, err := o.result("x"); !errors.Is(err, errDropped) {
		t.Errorf("a job whose status never came: %v", err)
	}
	connection("--b started 1\nfirst\nsecond\n--b begin x\n")
	want("another connection", "first", "second", "--b begin x")
	connection("--b started 2\nfirst\n")
	want("another start", "first", "second", "--b begin x", "first")
	connection("--b started 2\nfirst\n\nlast\n\n--b status 0\n\n--b a\n1\n\n--b end\n")
	want("the end", "first", "second", "--b begin x", "first", "last")
	if look, err := o.result("x"); err != nil || look["a"] != "1\n" {
		t.Errorf("the look is %v, %v", look, err)
	}
	connection("--b started 3\nwhy\n--b status 4\n")
	var exit *ExitError
	if _, err := o.result("x"); !errors.As(err, &exit) || exit.Status != 4 || exit.Tail != "why" {
		t.Errorf("a job that failed: %v", err)
	}
}

// TestMoreSessions has three commands run at the same time on a server that allows one
// session on each connection: none waits for another, and the first goes on.
func TestMoreSessions(t *testing.T) {
	s := newServer(t)
	s.most = 1
	c, err := Dial(t.Context(), s.target)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	dir := t.TempDir()
	var all sync.WaitGroup
	for n := range 3 {
		all.Go(func() {
			out, err := c.Output(t.Context(), fmt.Sprintf("cd %s; : >%d; n=0; until [ -e 0 ] && [ -e 1 ] && [ -e 2 ]; do sleep 0.02; n=$((n + 1)); [ $n -lt 500 ]; done; echo met", dir, n))
			if err != nil || strings.TrimSpace(out) != "met" {
				t.Errorf("%d: %q, %v", n, out, err)
			}
		})
	}
	all.Wait()
	if logins := s.logins.Load(); logins > 3*2 { // a key is offered, then used
		t.Errorf("%d logins", logins)
	}
}
