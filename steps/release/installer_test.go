package release

import (
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/plan"
)

// TestInstallScript looks for what must be in every installation: the app's user, the
// sums that vouch for uv, and root as the owner at the end.
func TestInstallScript(t *testing.T) {
	p := plan.Plan{Name: "shop", Release: "0123456789ab", App: app.Found{Server: app.WSGI, Target: "a:b",
		Requirements: app.Requirements{Packages: []string{"flask==3.1.2", "it @ https://x/${Y}"}, Source: "uv.lock", Locked: true}}}
	script := installScript(fact.View{Plan: p})
	for _, want := range []string{
		"--require-hashes", "uv==" + uvVersion + " --hash=sha256:", "--only-binary :all:",
		// systemd-run makes one dollar sign of two.
		"set -- flask==3.1.2 'it @ https://x/$${Y}' gunicorn\n",
		"confined() { systemd-run --quiet --wait --collect --pipe --property=User=slipway-build ",
		`take_over "$venv"`, `take_over "$uv.part"`,
	} {
		if !strings.Contains(script, want) {
			t.Errorf("%q is not in\n%s", want, script)
		}
	}
}
