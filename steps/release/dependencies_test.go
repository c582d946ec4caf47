package release

import (
	"slices"
	"testing"

	"slipway/steps/app"
	"slipway/steps/plan"
)

func TestServerPackagesHaveNoBounds(t *testing.T) {
	for _, test := range []struct {
		server string
		req    app.Requirements
		want   []string
	}{
		{"wsgi", app.Requirements{Files: []string{"requirements.txt"}}, []string{"-r", "requirements.txt", "gunicorn"}},
		{"asgi", app.Requirements{Packages: []string{"fastapi", "gunicorn"}}, []string{"fastapi", "gunicorn", "gunicorn", "uvicorn-worker", "websockets"}},
		{"asgi", app.Requirements{Packages: []string{"gunicorn==21.2.0"}, Locked: true}, []string{"gunicorn==21.2.0", "gunicorn", "uvicorn-worker", "websockets"}},
		{"wsgi", app.Requirements{Packages: []string{"flask==3.1.3 ; os_name == 'posix'"}, Locked: true}, []string{"flask==3.1.3 ; os_name == 'posix'", "gunicorn"}},
	} {
		plan := plan.Plan{App: app.Found{Server: test.server, Requirements: test.req}}
		if got := wantedPackages(plan); !slices.Equal(got, test.want) {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
