package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"al.essio.dev/pkg/shellescape"

	"slipway/ui/e2e"
)

// terminal is a real one, in which a person runs slipway.
type terminal struct {
	t      *testing.T
	socket string
	env    []string
}

// needTerminal skips where there is no tmux, and fails in CI.
func needTerminal(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal("the wizard must be tested in CI: install tmux")
	}
	t.Skip("there is no tmux")
}

// terminal opens one of 80 x 24 and types the command line into it.
func (o *operator) terminal(t *testing.T, args ...string) *terminal {
	t.Helper()
	needTerminal(t)
	// A socket's path must be short, which a test's own folder is not.
	dir, err := os.MkdirTemp("", "tty")
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, socket: filepath.Join(dir, "s"), env: o.Command().Env}
	t.Cleanup(func() {
		if out, err := term.tmux("kill-server"); err != nil && !strings.Contains(out, "no server") && !strings.Contains(out, "No such file") {
			t.Errorf("end tmux: %v\n%s", err, out)
		}
		os.RemoveAll(dir)
	})
	words := append([]string{e2e.Slipway(t)}, args...)
	// What the shell says after the end shows the exit code and keeps it open.
	script := `cd "$0" && "$@"; echo "ended with $?"; exec sleep 600`
	term.must(append([]string{"-f", os.DevNull, "new-session", "-d", "-x", "80", "-y", "24", "sh", "-c", script, o.Home}, words...)...)
	return term
}

func (p *terminal) tmux(args ...string) (string, error) {
	cmd := exec.Command("tmux", append([]string{"-S", p.socket, "-u"}, args...)...)
	cmd.Env = p.env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

func (p *terminal) must(args ...string) string {
	p.t.Helper()
	out, err := p.tmux(args...)
	if err != nil {
		p.t.Fatalf("tmux %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// screen is what the person sees, with what has scrolled away.
func (p *terminal) screen() string {
	p.t.Helper()
	return p.must("capture-pane", "-p", "-S", "-500")
}

// see waits until the screen has a text, four minutes at most: a deployment may
// be behind it, on a busy computer.
func (p *terminal) see(text string) string {
	p.t.Helper()
	deadline := time.Now().Add(4 * time.Minute)
	for {
		screen := p.screen()
		if strings.Contains(screen, text) {
			return screen
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the screen never showed %q:\n%s", text, screen)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// press sends keys by their names: Enter, Escape, C-c, or a letter.
func (p *terminal) press(keys ...string) {
	p.t.Helper()
	p.must(append([]string{"send-keys"}, keys...)...)
}

// enter types text.
func (p *terminal) enter(text string) { p.t.Helper(); p.must("send-keys", "-l", text) }

// resize makes the window larger or smaller.
func (p *terminal) resize(width, height int) {
	p.t.Helper()
	p.must("resize-window", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height))
}

// ended waits until slipway has ended and returns what is left on the screen.
func (p *terminal) ended(code int) []string {
	p.t.Helper()
	screen := p.see("ended with ")
	before, said, _ := strings.Cut(screen, "ended with ")
	if got := strings.Fields(said)[0]; got != strconv.Itoa(code) {
		p.t.Errorf("slipway ended with %s, want %d:\n%s", got, code, screen)
	}
	return strings.Split(strings.TrimRight(before, "\n "), "\n")
}

// process is slipway's own id.
func (p *terminal) process() int {
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

// cpu is how long a process has computed so far.
func cpu(t *testing.T, pid int) time.Duration {
	t.Helper()
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	ticks := 0
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	const tick = time.Second / 100
	return time.Duration(ticks) * tick
}

func (p *terminal) signal(s syscall.Signal) {
	p.t.Helper()
	if err := syscall.Kill(p.process(), s); err != nil {
		p.t.Fatal(err)
	}
}

// urlOn finds the app's address on a screen.
func urlOn(t *testing.T, screen string) string {
	t.Helper()
	url := regexp.MustCompile(`http://[0-9.]+`).FindString(screen)
	if url == "" {
		t.Fatalf("there is no URL:\n%s", screen)
	}
	return url
}

// TestTerminalIsNotAsked has a terminal that never answers, as script's: a command
// that draws nothing writes only its text to it, and is not late.
func TestTerminalIsNotAsked(t *testing.T) {
	script, err := exec.LookPath("script")
	if err != nil || runtime.GOOS != "linux" {
		t.Skip("it takes script, of util-linux")
	}
	cmd := newOperator(t).Command()
	cmd.Path, cmd.Args = script, []string{"script", "-qec", shellescape.Quote(e2e.Slipway(t)) + " --version", os.DevNull}
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "CI=")
	begun := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "slipway version ") {
		t.Errorf("after %s it said %q, %v", time.Since(begun), out, err)
	}
}
