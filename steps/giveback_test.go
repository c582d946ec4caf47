package steps

import (
	"os/exec"
	"strings"
	"testing"

	"slipway/steps/fact/example"
	"slipway/steps/guard"
	"slipway/steps/plan"
)

// TestDestroyIsGuarded has the old state kept before the first thing that decides who
// comes in is taken away, and has only the operator's login let the rest stand.
func TestDestroyIsGuarded(t *testing.T) {
	p := example.Plan(t)
	p.Values[plan.KeyProvider] = plan.NamedValue{Value: plan.ProviderSSH}
	script := removeScript(p, "the-token")
	rest := script
	for _, want := range []string{"token=the-token", "\nnft delete table inet slipway", "00-slipway.conf", "put back", "\nsshd -t", "\nsystemctl daemon-reload"} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("%q is not there, or too early:\n%s", want, script)
		}
		rest = after
	}
	for _, text := range []string{script, stand("the-token")} {
		if out, err := exec.Command("sh", "-nc", text).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
	if _, after, found := strings.Cut(stand("the-token"), guard.Proven); !found || !strings.Contains(after, "exit 1") {
		t.Errorf("a login that comes too late passes:\n%s", stand("the-token"))
	}
}
