package release

import (
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/plan"
)

// TestInstallScript looks for what must never be: the app's user writing where
// it may not, and a package that nothing vouches for.
func TestInstallScript(t *testing.T) {
	plan := plan.Plan{Name: "shop", Release: "0123456789ab", App: app.Found{Server: app.WSGI, Target: "a:b",
		Requirements: app.Requirements{Packages: []string{"flask==3.1.2"}, Source: "uv.lock", Locked: true}}}
	script := installScript(fact.View{Plan: plan}, "/srv/app-shop/venvs/x")
	for _, want := range []string{
		"--require-hashes", "uv==" + uvVersion + " --hash=sha256:", "--only-binary :all:", "flask==3.1.2", "'gunicorn>=23'",
		"--property=User=app-shop", "chown -R root:root /srv/app-shop/venvs/x", "chown -R root:root " + uvFolder + ".part",
	} {
		if !strings.Contains(script, want) {
			t.Errorf("%q is not in\n%s", want, script)
		}
	}
	plan.App = app.Found{Server: app.WSGI, Command: "python serve.py"}
	script = installScript(fact.View{Plan: plan}, "/srv/app-shop/venvs/x")
	if strings.Contains(script, "uv==") || !strings.Contains(script, "--without-pip") {
		t.Errorf("an app without packages needs no uv:\n%s", script)
	}
}
