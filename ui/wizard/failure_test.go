package wizard

import (
	"strings"
	"testing"
)

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
