package commands

import (
	"bytes"
	"testing"

	"slipway/providers"
	"slipway/steps/engine"
)

// TestDrift compares what doctor prints.
func TestDrift(t *testing.T) {
	d := drift{name: "shop"}
	for _, e := range []engine.Event{
		{Kind: engine.KindStart, Name: "shop"},
		{Kind: engine.KindStep, Step: "login", Status: engine.Unchanged},
		{Kind: engine.KindNote, Step: "preflight", Line: "not about drift"},
		{Kind: engine.KindNote, Step: "dependencies", Line: "Python 3.12.16 is out: the next deployment brings it"},
	} {
		d.add(e)
	}
	var out bytes.Buffer
	d.print(&out)
	if got, want := out.String(), "shop is as it was deployed: 1 of 1 steps unchanged\nnote: Python 3.12.16 is out: the next deployment brings it\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	d.add(engine.Event{Kind: engine.KindStep, Step: "sshd", Title: "SSH by key only", Status: engine.WouldChange, Changes: []providers.Change{
		{What: "sshd's PermitRootLogin is no", Why: "every attacker knows that root exists", Was: "yes"}, {What: "install sudo"}}})
	out.Reset()
	d.print(&out)
	const want = `shop drifted from what was deployed: 1 of 2 steps unchanged
  sshd: SSH by key only
    to mend: sshd's PermitRootLogin is no (now: yes)
    to mend: install sudo
note: Python 3.12.16 is out: the next deployment brings it
`
	if got := out.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := (&drifted{d}); exitCode(err) != exitFailed || hint(err) != "slipway doctor shop --mend mends it" {
		t.Errorf("it ends with %d and %q", exitCode(err), hint(err))
	}
}
