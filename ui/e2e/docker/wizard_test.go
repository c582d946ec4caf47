package docker

import (
	"slices"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// TestWizard presses Enter on every screen as a user who is not root and may use the
// engine: Docker stands first, and the app answers at the end.
func TestWizard(t *testing.T) {
	o := newOperator(t)
	u := newUser(t, o.Env)
	sitting := &e2e.Operator{T: t, Home: u.home, Env: u.env}
	term := sitting.TerminalOf(slices.Concat(o.engine.Member(), []string{u.binary, "--sample", "hello"})...)
	term.See("What shall be deployed?")
	term.Press("Enter")
	if screen := term.See("Where shall it run?\n\n › On this computer, in Docker"); !strings.Contains(screen, "needs root's rights") {
		t.Errorf("a machine can be chosen:\n%s", screen)
	}
	term.Press("Enter")
	if screen := term.See("How shall it run?"); strings.Contains(screen, "Hardening") {
		t.Errorf("it asks of a server:\n%s", screen)
	}
	term.Press("Enter")
	term.See("slipway --yes --sample hello --provider docker")
	term.Press("Enter")
	term.See("slipway logs hello -f")
	term.Press("q")
	lines := term.Ended(0)
	asks(t, lines[len(lines)-1], "Hello World")
	if code, stdout, stderr := u.run(o.engine.Member(), "destroy", "-y", "--lose-data", "hello"); code != 0 {
		t.Errorf("destroy: exit %d\n%s%s", code, stdout, stderr)
	}
}
