package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
)

// Terminal is a real one, in which a person runs slipway.
type Terminal struct {
	t      testing.TB
	socket string
	env    []string
}

// Terminal opens one of 80 x 24 and runs slipway with these arguments in it.
// It ends with the test. Where there is no tmux the test is skipped.
func (o *Operator) Terminal(args ...string) *Terminal {
	o.T.Helper()
	return o.TerminalOf(append([]string{Slipway(o.T)}, args...)...)
}

// TerminalOf is Terminal in which another command runs, such as slipway as another user.
func (o *Operator) TerminalOf(words ...string) *Terminal {
	t := o.T
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		localtest.Skip(t, "there is no terminal to test with: install tmux")
	}
	// A socket's path must be short, which a test's own folder is not.
	dir, err := os.MkdirTemp("", "tty")
	if err != nil {
		t.Fatal(err)
	}
	term := &Terminal{t: t, socket: filepath.Join(dir, "s"), env: o.Command().Env}
	t.Cleanup(func() {
		if out, err := term.tmux("kill-server"); err != nil && !strings.Contains(out, "no server") && !strings.Contains(out, "No such file") {
			t.Errorf("end tmux: %v\n%s", err, out)
		}
		os.RemoveAll(dir)
	})
	// What the shell says after the end shows the exit code and keeps it open.
	script := `cd "$0" && "$@"; echo "ended with $?"; exec sleep 600`
	term.must(append([]string{"-f", os.DevNull, "new-session", "-d", "-x", "80", "-y", "24", "sh", "-c", script, o.Home}, words...)...)
	return term
}

func (p *Terminal) tmux(args ...string) (string, error) {
	cmd := exec.Command("tmux", append([]string{"-S", p.socket, "-u"}, args...)...)
	cmd.Env = p.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (p *Terminal) must(args ...string) string {
	p.t.Helper()
	out, err := p.tmux(args...)
	if err != nil {
		p.t.Fatalf("tmux %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// Screen is what the person sees, with what has scrolled away.
func (p *Terminal) Screen() string {
	p.t.Helper()
	return p.must("capture-pane", "-p", "-S", "-500")
}

// See waits until the screen has a text, four minutes at most: a deployment may
// be behind it, on a busy computer.
func (p *Terminal) See(text string) string {
	p.t.Helper()
	deadline := time.Now().Add(4 * time.Minute)
	for {
		screen := p.Screen()
		if strings.Contains(screen, text) {
			return screen
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the screen never showed %q:\n%s", text, screen)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// Press sends keys by their names: Enter, Escape, C-c, or a letter.
func (p *Terminal) Press(keys ...string) {
	p.t.Helper()
	p.must(append([]string{"send-keys"}, keys...)...)
}

// Type types text.
func (p *Terminal) Type(text string) { p.t.Helper(); p.must("send-keys", "-l", text) }

// TypeSecret types text that is to be among no process's arguments, tmux's own
// included.
func (p *Terminal) TypeSecret(text string) {
	p.t.Helper()
	cmd := exec.Command("tmux", "-S", p.socket, "load-buffer", "-b", "secret", "-")
	cmd.Env, cmd.Stdin = p.env, strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		p.t.Fatalf("tmux load-buffer: %v\n%s", err, out)
	}
	p.must("paste-buffer", "-d", "-r", "-b", "secret")
}

// Close closes the window with what runs in it.
func (p *Terminal) Close() { p.t.Helper(); p.must("kill-session") }

// Resize makes the window larger or smaller.
func (p *Terminal) Resize(width, height int) {
	p.t.Helper()
	p.must("resize-window", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height))
}

// Ended waits until slipway has ended and returns what is left on the screen.
func (p *Terminal) Ended(code int) []string {
	p.t.Helper()
	screen := p.See("ended with ")
	before, said, _ := strings.Cut(screen, "ended with ")
	if got := strings.Fields(said)[0]; got != strconv.Itoa(code) {
		p.t.Errorf("slipway ended with %s, want %d:\n%s", got, code, screen)
	}
	return strings.Split(strings.TrimRight(before, "\n "), "\n")
}

// Process is slipway's own id.
func (p *Terminal) Process() int {
	p.t.Helper()
	shell := strings.TrimSpace(p.must("display-message", "-p", "#{pane_pid}"))
	children, err := os.ReadFile("/proc/" + shell + "/task/" + shell + "/children")
	if err != nil {
		p.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(children))[0])
	if err != nil {
		p.t.Fatal(err)
	}
	return pid
}

// Signal sends slipway a signal.
func (p *Terminal) Signal(s os.Signal) {
	p.t.Helper()
	process, err := os.FindProcess(p.Process())
	if err == nil {
		err = process.Signal(s)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// URLOn finds the app's address on a screen.
func URLOn(t testing.TB, screen string) string {
	t.Helper()
	url := regexp.MustCompile(`http://[0-9.]+`).FindString(screen)
	if url == "" {
		t.Fatalf("there is no URL:\n%s", screen)
	}
	return url
}
