package heroku

import (
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// TestWizard types a token that Heroku refuses and one that it takes, and then presses
// Enter on every screen. Neither token shows, or is kept.
func TestWizard(t *testing.T) {
	o := newOperator(t)
	sitting := &e2e.Operator{T: t, Home: o.Home, Env: append(o.Env, "HEROKU_API_KEY=")}
	watched := e2e.WatchArguments(t, token)
	term := sitting.Terminal("--sample", "hello")
	term.See("What shall be deployed?")
	term.Press("Enter")
	term.See("Where shall it run?\n\n ›")
	term.Press("/")
	term.Type("heroku")
	term.Press("Enter")
	term.See("A token for Heroku")
	term.Type("HRKU-wrong")
	term.Press("Enter")
	term.See("401")
	term.Press("C-u")
	term.TypeSecret(token)
	term.Press("Enter")
	term.See("› us")
	term.Press("Enter")
	term.See("› basic                       $7.00 a month")
	term.Press("Enter")
	if screen := term.See("How shall it run?"); strings.Contains(screen, "Hardening") || strings.Contains(screen, "Domain") {
		t.Errorf("it asks of a server:\n%s", screen)
	}
	o.onlyReads()
	term.Press("Enter")
	if screen := term.See("with HEROKU_API_KEY set"); !strings.Contains(screen, "--provider heroku --region us") || !strings.Contains(screen, "$7.00 a month") {
		t.Errorf("the review shows:\n%s", screen)
	}
	o.onlyReads()
	term.Press("Enter")
	term.See("slipway logs hello -f")
	term.Press("q")
	lines := term.Ended(0)
	asks(t, lines[len(lines)-1], "Hello World")
	if screen := term.Screen(); strings.Contains(screen, token) || strings.Contains(screen, "HRKU-wrong") {
		t.Errorf("a token shows:\n%s", screen)
	}
	o.KeepsToItself(token)
	watched()
}
