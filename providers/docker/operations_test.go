package docker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slipway/providers"
)

var (
	_ providers.Logger         = (*Provider)(nil)
	_ providers.Runner         = (*Provider)(nil)
	_ providers.Releaser       = (*Provider)(nil)
	_ providers.VariableKeeper = (*Provider)(nil)
)

func TestNoApp(t *testing.T) {
	s := newShop(t)
	ctx := t.Context()
	_, run := s.Run(ctx, s.spec, providers.Command{Words: []string{"true"}})
	_, variables := s.Variables(ctx, s.spec)
	_, set := s.SetVariables(ctx, s.spec, nil, nil, quiet)
	for name, err := range map[string]error{
		"Logs": s.Logs(ctx, s.spec, providers.LogQuery{Lines: 1}, io.Discard), "Run": run, "Variables": variables, "SetVariables": set,
		"RollBack": s.RollBack(ctx, s.spec, "one", quiet),
	} {
		if !errors.Is(err, providers.ErrNoApp) {
			t.Errorf("%s: %v, want ErrNoApp", name, err)
		}
	}
	if all, err := s.Releases(ctx, s.spec); err != nil || len(all) > 0 {
		t.Errorf("Releases = %v, %v, want none", all, err)
	}
}

// TestSetVariables: the app gets others without a visitor's notice, its processes too; with
// some that break it, it keeps those before.
func TestSetVariables(t *testing.T) {
	s := newShop(t)
	s.release("aaaaaaaaaaaa", map[string]string{"COLOUR": "red", "SECRET": "hunter2"})
	s.wants("aaaaaaaaaaaa red")
	set := func(set map[string]string, unset ...string) (bool, []string, error) {
		var told []string
		changed, err := s.SetVariables(t.Context(), s.spec, set, unset, func(line string) { told = append(told, line) })
		if text := strings.Join(told, "\n"); strings.Contains(text, "hunter") || strings.Contains(text, "blue") {
			t.Errorf("a value is told: %s", text)
		}
		return changed, told, err
	}
	if changed, _, err := set(map[string]string{"COLOUR": "red"}, "NEVER"); err != nil || changed {
		t.Errorf("the same variables: %v, %v, want no change", changed, err)
	}
	if changed, told, err := set(map[string]string{"COLOUR": "blue"}, "SECRET"); err != nil || !changed || len(told) == 0 {
		t.Errorf("another colour: %v, %q, %v", changed, told, err)
	}
	s.wants("aaaaaaaaaaaa blue")
	var said bytes.Buffer
	if err := s.Logs(t.Context(), s.spec, providers.LogQuery{Lines: 100}, &said); err != nil || !strings.Contains(said.String(), "worker: worker of aaaaaaaaaaaa, blue\n") {
		t.Errorf("the process did not get the variable: %v, %s", err, &said)
	}
	changed, _, err := set(map[string]string{"BREAK": "1"})
	failure{false, "the start of the release failed with status 1", "broken by a variable", "again"}.check(t, err)
	if changed {
		t.Error("it was broken, and counts as changed")
	}
	s.wants("aaaaaaaaaaaa blue")
	if names, err := s.Variables(t.Context(), s.spec); err != nil || !slices.Equal(names, []string{"COLOUR"}) {
		t.Errorf("Variables = %v, %v", names, err)
	}
	if web := s.running(t, roleWeb); len(web) != 1 {
		t.Errorf("web containers are left: %v", web)
	}
}

// TestRollBack: an earlier release comes back with the variables of now; one that does not
// answer never does.
func TestRollBack(t *testing.T) {
	s := newShop(t)
	s.release("aaaaaaaaaaaa", map[string]string{"COLOUR": "red"})
	s.release("bbbbbbbbbbbb", map[string]string{"COLOUR": "blue"})
	wants := func(want ...string) {
		t.Helper()
		all, err := s.Releases(t.Context(), s.spec)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range all {
			if r.Served.IsZero() || time.Since(r.Served) > time.Hour {
				t.Errorf("release %s was first served at %v", r.Name, r.Served)
			}
			if r.Current {
				r.Name += " current"
			}
			got = append(got, r.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the releases are %q, want %q", got, want)
		}
	}
	wants("bbbbbbbbbbbb current", "aaaaaaaaaaaa")
	if err := s.RollBack(t.Context(), s.spec, "aaaaaaaaaaaa", quiet); err != nil {
		t.Fatal(err)
	}
	s.wants("aaaaaaaaaaaa blue")
	wants("aaaaaaaaaaaa current", "bbbbbbbbbbbb")
	if processes := s.running(t, roleProcess); !slices.Equal(processes, []string{"-process-worker-aaaaaaaaaaaa"}) {
		t.Errorf("the processes are %v", processes)
	}
	err := s.RollBack(t.Context(), s.spec, "cccccccccccc", quiet)
	var usage *providers.Usage
	if !errors.As(err, &usage) || !strings.Contains(usage.Next, "aaaaaaaaaaaa, bbbbbbbbbbbb") {
		t.Errorf("a release that never was: %v", err)
	}
	// The image of an earlier release is damaged.
	damaged := shopApp("bbbbbbbbbbbb", `raise RuntimeError("a damaged image")`, nil)
	ran, _, err := s.d.keptImage(t.Context(), "bbbbbbbbbbbb")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.d.build(t.Context(), damaged, ran, quiet); err != nil {
		t.Fatal(err)
	}
	err = s.RollBack(t.Context(), s.spec, "bbbbbbbbbbbb", quiet)
	failure{false, "the start of the release failed", "a damaged image", again}.check(t, err)
	s.wants("aaaaaaaaaaaa blue")
	wants("aaaaaaaaaaaa current", "bbbbbbbbbbbb")
}

// ran runs a command to its end.
func (s *shop) ran(input string, words ...string) (status int, stdout, stderr string) {
	s.t.Helper()
	var out, complaints bytes.Buffer
	command := providers.Command{Words: words, Stdout: &out, Stderr: &complaints}
	if input != "" {
		command.Stdin = strings.NewReader(input)
	}
	status, err := s.Run(s.t.Context(), s.spec, command)
	if err != nil {
		s.t.Fatal(err)
	}
	return status, out.String(), complaints.String()
}

// commands are what TestRun runs, and what comes of it.
var commands = map[string]struct {
	input          string
	words          []string
	status         int
	stdout, stderr string
}{
	"status":               {"", []string{"sh", "-c", "exit 7"}, 7, "", ""},
	"both outputs":         {"", []string{"sh", "-c", "echo out; echo err >&2"}, 0, "out\n", "err\n"},
	"input":                {"a\nb\n", []string{"wc", "-l"}, 0, "2\n", ""},
	"no input":             {"", []string{"cat"}, 0, "", ""},
	"variables and folder": {"", []string{"sh", "-c", "echo $RELEASE $COLOUR $PWD $(id -u)"}, 0, "aaaaaaaaaaaa red /app 10001\n", ""},
	"words are words":      {"", []string{"printf", "%s|", "a b", "$HOME", "'"}, 0, "a b|$HOME|'|", ""},
	"writes data":          {"", []string{"sh", "-c", "echo kept >/data/state/file; touch /app/no 2>/dev/null; echo $?"}, 0, "1\n", ""},
	"no such program":      {"", []string{"no-such-program"}, 127, "", "no-such-program"},
	"more than a pipe has": {strings.Repeat("x", 1<<20), []string{"cat"}, 0, strings.Repeat("x", 1<<20), ""},
}

func TestRun(t *testing.T) {
	s := newShop(t)
	s.release("aaaaaaaaaaaa", map[string]string{"COLOUR": "red"})
	for name, test := range commands {
		t.Run(name, func(t *testing.T) {
			s := *s
			s.t = t
			status, stdout, stderr := s.ran(test.input, test.words...)
			if status != test.status || stdout != test.stdout || !strings.Contains(stderr, test.stderr) || test.stderr == "" && stderr != "" {
				t.Errorf("status %d, %.200q, %.200q", status, stdout, stderr)
			}
		})
	}
	if _, stdout, _ := s.ran("", "cat", "/data/state/file"); stdout != "kept\n" {
		t.Errorf("data of a command before: %q", stdout)
	}
	t.Run("ends with its caller", func(t *testing.T) { runEnds(t, s) })
	t.Run("on a terminal", func(t *testing.T) { runOnTerminal(t, s) })
	if left := s.running(t, roleOnce); len(left) > 0 {
		t.Errorf("containers are left: %v", left)
	}
}

// runEnds: a command ends with its caller's context.
func runEnds(t *testing.T, s *shop) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	said := newScreen()
	ended := make(chan error, 1)
	go func() {
		stdin, typing := io.Pipe() // a terminal at which nobody types
		defer typing.Close()
		_, err := s.Run(ctx, s.spec, providers.Command{Words: []string{"sh", "-c", "echo begun; exec sleep 1000"}, Stdin: stdin, Stdout: said})
		ended <- err
	}()
	said.waits(t, "begun")
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("the command goes on")
	}
	if left := s.running(t, roleOnce); len(left) > 0 {
		t.Errorf("containers are left: %v", left)
	}
}

func runOnTerminal(t *testing.T, s *shop) {
	said, resized := newScreen(), make(chan struct{})
	var columns atomic.Int64
	columns.Store(91)
	terminal := &providers.Terminal{Type: "vt220", Resized: resized, Size: func() (int, int) { return int(columns.Load()), 27 }}
	stdin, typing := io.Pipe()
	status := make(chan int, 1)
	go func() {
		got, err := s.Run(t.Context(), s.spec, providers.Command{
			Words: []string{"sh", "-c", `sized() { until [ "$(stty size)" = "27 $1" ]; do sleep 0.1; done; echo "$TERM has $1"; }
				stty -ixon; sized 91; read -r line; echo "got $line" | cat -v; sized 44; cat; exit 3`},
			Stdin: stdin, Stdout: said, Terminal: terminal,
		})
		if err != nil {
			t.Error(err)
		}
		status <- got
	}()
	said.waits(t, "vt220 has 91")
	// The engine's own key to detach is not taken out.
	if _, err := io.WriteString(typing, "words\x10\x11 and\r"); err != nil {
		t.Fatal(err)
	}
	said.waits(t, "got words^P^Q and")
	columns.Store(44)
	resized <- struct{}{}
	said.waits(t, "vt220 has 44")
	if _, err := io.WriteString(typing, "\x04"); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-status:
		if got != 3 {
			t.Errorf("status %d", got)
		}
	case <-time.After(time.Minute):
		t.Fatal("the command goes on")
	}
}
