package fast

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"al.essio.dev/pkg/shellescape"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestWizardWindow resizes the window, looks at the time that the first frame
// takes, and at what the wizard computes while nothing happens.
func TestWizardWindow(t *testing.T) {
	o := e2e.NewOperator(t, need)
	term := o.Terminal()
	term.See("What shall be deployed?")
	term.Resize(60, 15)
	term.See("Slipway needs 80 x 24")
	term.Press("Enter") // what can't be seen is not answered
	term.Resize(120, 40)
	term.See("What shall be deployed?")
	pid := term.Process()
	before := cpu(t, pid)
	time.Sleep(2 * time.Second)
	if used := cpu(t, pid) - before; used > 40*time.Millisecond {
		t.Errorf("it computed for %s in 2 s in which nothing happened", used)
	}
	term.Press("?")
	term.See("Keys on this screen")
	term.Press("x", "q")
	term.Ended(130)
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

// TestTerminalIsNotAsked has a terminal that never answers, as script's: a command
// that draws nothing writes only its text to it, and is not late.
func TestTerminalIsNotAsked(t *testing.T) {
	script, err := exec.LookPath("script")
	if err != nil || runtime.GOOS != "linux" {
		localtest.Skip(t, "it takes script, of util-linux")
	}
	cmd := e2e.NewOperator(t, need).Command()
	cmd.Path, cmd.Args = script, []string{"script", "-qec", shellescape.Quote(e2e.Slipway(t)) + " --version", os.DevNull}
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "CI=")
	begun := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "slipway version ") {
		t.Errorf("after %s it said %q, %v", time.Since(begun), out, err)
	}
}
