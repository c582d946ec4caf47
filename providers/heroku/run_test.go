package heroku

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/heroku/fakeheroku"
)

func TestRun(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{})
	app := greeter("one", "1")
	app.Variables = map[string]string{"GREETING": "a b"}
	d.must(app)
	for name, c := range map[string]struct {
		words    []string
		in, want string
		status   int
	}{
		"output":         {[]string{"python", "-c", "import os; print(os.environ['GREETING'], os.path.exists('app.py'))"}, "", "a b True\n", 0},
		"status":         {[]string{"sh", "-c", "printf out; exit 7"}, "", "out", 7},
		"words":          {[]string{"printf", "%s|", "a b", "$HOME", "'", "ü"}, "", "a b|$HOME|'|ü|", 0},
		"input":          {[]string{"cat"}, "one\ntwo\n", "one\ntwo\n", 0},
		"no such":        {[]string{"no-such-program"}, "", "", 127},
		"not this shell": {[]string{"exit", "3"}, "", "", 127},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			status, err := d.open().Run(t.Context(), d.spec, providers.Command{Words: c.words, Stdin: strings.NewReader(c.in), Stdout: &out, Stderr: io.Discard})
			if err != nil || status != c.status || c.want != "" && out.String() != c.want {
				t.Errorf("got %q, status %d, %v", out.String(), status, err)
			}
		})
	}
}

// TestRunOnATerminal has the dyno know the terminal.
func TestRunOnATerminal(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{})
	d.must(greeter("one", "1"))
	var out bytes.Buffer
	terminal := &providers.Terminal{Type: "xterm-256color", Size: func() (int, int) { return 91, 17 }}
	command := providers.Command{Words: []string{"sh", "-c", "test -t 0 && echo $TERM $COLUMNS $LINES"}, Stdout: &out, Terminal: terminal}
	status, err := d.open().Run(t.Context(), d.spec, command)
	if err != nil || status != 0 || !strings.Contains(out.String(), "xterm-256color 91 17") {
		t.Errorf("got %q, status %d, %v", out.String(), status, err)
	}
}

// TestRunEnds ends a command with its context, and leaves no dyno.
func TestRunEnds(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{})
	d.must(greeter("one", "1"))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &until{text: "begun", times: 1, stop: stop}
	_, err := d.open().Run(ctx, d.spec, providers.Command{Words: []string{"sh", "-c", "echo begun; sleep 600"}, Stdout: out})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the context ended", err)
	}
	d.onlyWeb()
	d.heroku.SetFaults(fakeheroku.Faults{NoAttach: true})
	short, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := d.open().Run(short, d.spec, providers.Command{Words: []string{"true"}}); err == nil {
		t.Error("a rendezvous that nobody answers is no error")
	}
	d.onlyWeb()
	d.heroku.SetFaults(fakeheroku.Faults{DropAfter: "dynos"})
	if _, err := d.open().Run(t.Context(), d.spec, providers.Command{Words: []string{"true"}}); err == nil {
		t.Error("a dyno without an answer is no error")
	}
	d.onlyWeb()
}

// onlyWeb checks that soon no dyno runs but the web's.
func (d *deployment) onlyWeb() {
	d.t.Helper()
	_, err := d.open().pace.UntilFound(d.t.Context(), func(context.Context) (bool, error) {
		return len(d.heroku.Contents().Dynos) == 1, nil
	})
	if dynos := d.heroku.Contents().Dynos; err != nil || len(dynos) != 1 {
		d.t.Errorf("the dynos are %q, %v", dynos, err)
	}
}
