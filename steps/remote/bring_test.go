package remote

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
)

// TestNoisyLogin logs in as users whose shells do more than run the command: nothing
// of it is taken for what the script prints.
func TestNoisyLogin(t *testing.T) {
	for name, startup := range map[string]string{
		"a line":          "echo Welcome, ana",
		"no end of line":  "printf 'Welcome> '",
		"a complaint":     "echo 'bash: warning: setlocale' >&2",
		"much":            "head -c 200000 /dev/zero | tr '\\0' x; echo",
		"a boundary-like": "echo slipway-000000000000000000000000",
		"a section":       "echo '--slipway-look-- system'; echo 'id none'",
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.startup = startup
			c := dialTest(t, s)
			if out, err := c.Output(t.Context(), "echo 1; cat"); err != nil || out != "1\n" {
				t.Errorf("got %q, %v", out, err)
			}
			var out, complaints strings.Builder
			err := c.Attach(t.Context(), `cat; echo "it's \\ !here" >&2; exit 3`, strings.NewReader("input"), &out, &complaints)
			exit, ok := errors.AsType[*ExitError](err)
			if !ok || exit.Status != 3 || out.String() != "input" || complaints.String() != "it's \\ !here\n" {
				t.Errorf("got %q, %q, %v", out.String(), complaints.String(), err)
			}
		})
	}
}

// TestNoShell logs in as users whose shells run no command.
func TestNoShell(t *testing.T) {
	for startup, want := range map[string]string{
		"echo 'This account is currently not available.'; exit 1": "This account is currently not available.",
		"exit 0": "no command can be run there",
		"echo 'Welcome to the menu. 1) Quit'; exit 0": "Quit",
	} {
		s := newServer(t)
		s.startup = startup
		_, err := dialTest(t, s).Output(t.Context(), "echo 1")
		none, ok := errors.AsType[*NoShell](err)
		if !ok || !strings.Contains(err.Error(), want) || !strings.Contains(none.Hint(), "usermod --shell") {
			t.Errorf("%s: got %v", startup, err)
		}
	}
}

// TestSudoThatRefuses is told by what sudo says, not taken for a user without a shell.
func TestSudoThatRefuses(t *testing.T) {
	s := newServer(t)
	s.startup = "echo noise; echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1"
	_, err := dialTest(t, s).Output(t.Context(), "echo 1")
	exit, ok := errors.AsType[*ExitError](err)
	if !ok || !strings.Contains(exit.Tail, "you must have a tty") {
		t.Errorf("got %v", err)
	}
}

// TestAnyLoginShell gives the lines that are sent to every shell that this computer has.
func TestAnyLoginShell(t *testing.T) {
	const script = "printf '%s\\n' \"it's \\\\ \\$x !\"\ncat"
	for _, login := range []string{"sh", "bash", "dash", "zsh", "fish", "tcsh", "csh", "ksh", "nu", "busybox"} {
		path, err := exec.LookPath(login)
		if err != nil {
			continue
		}
		words := []string{"-c"}
		if login == "busybox" {
			words = []string{"sh", "-c"}
		}
		e := newErrand(script, false)
		cmd := exec.Command(path, append(words, e.line(sudo{}))...)
		cmd.Stdin = e.stdin(sudo{}, strings.NewReader("own"))
		out, err := cmd.Output()
		want := "it's \\ $x !\nown"
		if err != nil || string(out) != e.boundary+"\n"+want {
			t.Errorf("%s: got %q, %v", login, out, err)
		}
		cmd = exec.Command(path, append(words, plainWord(script))...)
		cmd.Stdin = strings.NewReader("own")
		if out, err := cmd.Output(); err != nil || string(out) != want {
			t.Errorf("%s on a terminal: got %q, %v", login, out, err)
		}
	}
}
