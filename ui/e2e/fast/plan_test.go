package fast

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

func TestPlanCreatesNothing(t *testing.T) {
	localtest.NeedSupport(t)
	o := e2e.NewOperator(t, need)
	r := o.Must("--plan", "--sample", "accounts")
	for _, want := range []string{"machine", "sshd", "run python testing/testing.py", "it costs nothing"} {
		if !strings.Contains(r.Stderr, want) {
			t.Errorf("the plan does not say %q:\n%s", want, r.Stderr)
		}
	}
	if _, err := os.Stat(o.State().Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("something was created")
	}
}

// TestPlanSaysWhatWouldRun has nothing made.
func TestPlanSaysWhatWouldRun(t *testing.T) {
	localtest.NeedSupport(t)
	o := e2e.NewOperator(t, need)
	django := filepath.Join(t.TempDir(), "django")
	if err := os.CopyFS(django, os.DirFS("../shapes/testdata/django")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(django, "slipway.toml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := o.Must("--plan", django)
	for _, want := range []string{
		"python manage.py collectstatic --noinput", "/static/ from staticfiles", "STATIC_ROOT in shop/settings.py line 20",
		"reads the variable SECRET_KEY, which is not given", "python manage.py migrate --noinput (the database in shop/settings.py line",
	} {
		if !strings.Contains(r.Stderr, want) {
			t.Errorf("the plan does not say %q:\n%s", want, r.Stderr)
		}
	}
	r = o.Must("--plan", absolute(t, "../shapes/testdata/procfile"))
	for _, want := range []string{"release command", "web command", "process worker", "python web.py (Procfile line 2)"} {
		if !strings.Contains(r.Stderr, want) {
			t.Errorf("the plan does not say %q:\n%s", want, r.Stderr)
		}
	}
}
