package wizard

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestKeepAndTryAgain has the card write the line that keeps a folder, and deploy again.
func TestKeepAndTryAgain(t *testing.T) {
	p := sit(t, nil)
	folder := t.TempDir()
	settings := filepath.Join(folder, "slipway.toml")
	if err := os.WriteFile(settings, []byte("# mine\n[app]\nwsgi = \"shop:app\"\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	p.failedIn(folder, "release", readOnlyOutput)
	p.sees("Read-only file system", "› w  Keep instance/ across releases")
	p.press("enter")
	p.sees("the shelf is empty")
	text, err := os.ReadFile(settings)
	if want := "# mine\n[app]\ndata = [\"instance/\"]\nwsgi = \"shop:app\"\n"; err != nil || string(text) != want {
		t.Errorf("slipway.toml has %q, %v", text, err)
	}
	p.misses("Keep instance/")
}

// TestKeepCantBeWritten stays on the card and says why.
func TestKeepCantBeWritten(t *testing.T) {
	p := sit(t, nil)
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "slipway.toml"), []byte("[app\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.failedIn(folder, "release", readOnlyOutput)
	p.press("w")
	p.sees("slipway.toml line 1")
}

// TestGiveVariableAndTryAgain types a variable that the app misses, and deploys again.
func TestGiveVariableAndTryAgain(t *testing.T) {
	p := sit(t, nil)
	p.failed("release", strings.Replace(readOnlyOutput, "OSError: [Errno 30] Read-only file system: '/srv/app-shop/releases/08d4abc35ca1/src/instance'", "KeyError: 'SHOP_KEY'", 1))
	p.sees("v  Give SHOP_KEY and try again")
	p.press("v")
	p.sees("A variable of the app", "SHOP_KEY")
	p.press("hunter2", "enter")
	p.sees("the shelf is empty")
	if got := p.w.answers.Env; len(got) != 1 || got[0] != "SHOP_KEY=hunter2" {
		t.Errorf("the answers have %q", got)
	}
}

func TestRetryAndEdit(t *testing.T) {
	p := sit(t, nil)
	p.press("enter", "enter", "enter", "enter")
	p.sees("It stopped", "Choose another place")
	p.press("r")
	p.sees("It stopped")
	p.press("l")
	p.sees("machine: failed")
	p.press("esc", "e")
	p.sees("Where shall it run?")
	p.press("enter", "enter", "enter")
	p.sees("It stopped")
	p.press("esc")
	p.sees("The same without questions")
}

// TestFailureReadsFromTheTop: the cause, then what to do, then the details, which
// scroll to their end.
func TestFailureReadsFromTheTop(t *testing.T) {
	p := sit(t, nil)
	scenes["crash"](p)
	screen := p.screen()
	at := 0
	for _, text := range []string{"It stopped at: the release takes the traffic", "ModuleNotFoundError: No module named 'shop' (wsgi.py:3)",
		"What now?", "Try again", "Details", "it failed with status 1:"} {
		found := strings.Index(screen[at:], text)
		if found < 0 {
			t.Fatalf("%q is not there, or not in its place:\n%s", text, screen)
		}
		at += found
	}
	p.misses("Worker exiting")
	for range 6 {
		p.press("pgdown")
		fits(t, p.screen(), leastWidth, leastHeight)
	}
	p.sees("Worker exiting", "ModuleNotFoundError", "Remove what was made")
	for range 6 {
		p.press("pgup")
	}
	p.sees("it failed with status 1:")
}

// TestFailureOfManyWords leaves room for every choice, and for leaving.
func TestFailureOfManyWords(t *testing.T) {
	p := sit(t, nil)
	scenes["failure"](p)
	f := p.w.top().(*failure)
	f.cause.Line, f.problem.Hint = strings.Repeat("many words ", 100), strings.Repeat("more words ", 100)
	fits(t, p.screen(), leastWidth, leastHeight)
	p.sees("What now?", "r  Try again", "d  Remove what was made")
}
