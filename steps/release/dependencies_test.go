package release

import (
	"slices"
	"testing"

	"slipway/steps/app"
	"slipway/steps/fact"
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

// TestBuildPackages has Debian's headers of Python brought for Debian's Python only.
func TestBuildPackages(t *testing.T) {
	for managed, want := range map[string][]string{
		"":        {"build-essential", "libpq-dev", "pkg-config", "python3-dev"},
		"3.12.11": {"build-essential", "libpq-dev", "pkg-config"},
	} {
		v := fact.View{Plan: plan.Plan{App: app.Found{Sdists: []string{"psycopg2"}, ManagedPython: managed, PythonVersion: "==3.12.*"}}}
		v.System.Python = "3.13"
		if got := buildPackages(v); !slices.Equal(got, want) {
			t.Errorf("with %q: got %q, want %q", managed, got, want)
		}
	}
}
