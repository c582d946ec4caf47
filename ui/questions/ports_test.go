package questions

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

// TestPortsAreClosedByConsent asks about each port at which a program listens.
func TestPortsAreClosedByConsent(t *testing.T) {
	closings := []providers.Change{{What: "close port 8080, where node (app.service) listens", Closes: "8080"}, {What: "close port 5432, where \x1b[1mpostgres listens", Closes: "5432"}}
	for typed, want := range map[string]string{"\n\n": "8080,5432", "no\nyes\n": "5432", "no\nno\n": plan.AllowNone} {
		var out bytes.Buffer
		c := &conversation{ctx: t.Context(), lines: bufio.NewReader(strings.NewReader(typed)), answers: answers.From(plan.Asked{}), Options: Options{Out: &out}}
		if err := c.ports(closings); err != nil || c.answers.Settings[plan.KeyAllow] != want {
			t.Errorf("%q: --allow %q, %v, want %q", typed, c.answers.Settings[plan.KeyAllow], err, want)
		}
		if !strings.Contains(out.String(), "The firewall would close port 8080, where node (app.service) listens. Keep port 8080 open?") || strings.Contains(out.String(), "\x1b") {
			t.Errorf("it asks:\n%s", out.String())
		}
	}
}
