package deploy

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/providers/local/localtest"
	"slipway/steps/engine"
	"slipway/steps/shell"
	"slipway/steps/web"
	"slipway/ui/e2e"
)

// TestAccounts deploys an app with requirements and tests, then releases that
// are broken and whole.
func TestAccounts(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := newOperator(t)
	first := o.Deploy("--sample", "accounts")
	if first.Steps["tests"] != engine.Changed {
		t.Errorf("its tests: %q, want %q", first.Steps["tests"], engine.Changed)
	}
	status, body := e2e.Ask(t, first.URL+"/customers")
	if status != http.StatusOK || !json.Valid([]byte(body)) {
		t.Fatalf("status %d: %s", status, body)
	}
	folder := e2e.UnpackSample(t, "accounts")
	edit := func(file, old, text string) {
		path := filepath.Join(folder, file)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), old) {
			t.Fatalf("%s has no %q", file, old)
		}
		if err := os.WriteFile(path, []byte(strings.Replace(string(data), old, text, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	still := func(what string) {
		t.Helper()
		if _, err := web.CheckRelease(t.Context(), first.URL, first.Release); err != nil {
			t.Errorf("after %s: %v", what, err)
		}
	}
	const broken = "raise RuntimeError('broken on purpose')\n"
	edit("testing/testing.py", "import", broken+"import")
	if r := o.Run("--yes", folder, "--name", "accounts"); r.Code != 1 || !strings.Contains(r.Stderr, "broken on purpose") {
		t.Errorf("failing tests: exit %d\n%s", r.Code, r.Stderr)
	}
	still("failing tests")
	edit("testing/testing.py", broken, "")
	edit("app/app.py", "\nfrom flask", "\n"+broken+"from flask")
	if r := o.Run("--yes", folder, "--name", "accounts", "--test-command", "true"); r.Code != 1 || !strings.Contains(r.Stderr, "broken on purpose") {
		t.Errorf("a release that does not start: exit %d\n%s", r.Code, r.Stderr)
	}
	still("a release that does not start")
	edit("app/app.py", broken, "CHANGED = True\n")
	second := o.Deploy(folder, "--name", "accounts", "--test-command", "python testing/testing.py")
	if second.Release == first.Release || second.Host != first.Host || second.Steps["packages"] != engine.Unchanged {
		t.Errorf("the second release: %+v", second)
	}
	t.Logf("a release with changed code took %.1f s", second.Seconds)
	o.rollsBack(t, first, second)
	o.lastWords(t)
	if units := o.Root("accounts", "systemctl list-units --no-legend --state=active 'app-accounts-*.service' | wc -l"); units != "1" {
		t.Errorf("%s releases run", units)
	}
}

// lastWords has a unit speak and end while journald stands still, as it does for an
// instant on a busy server, and reads what the unit said.
func (o *operator) lastWords(t *testing.T) {
	t.Helper()
	said := o.Root("accounts", shell.Lines(shell.Journal,
		`journald=$(systemctl show -P MainPID systemd-journald)`,
		`trap 'kill -CONT "$journald"' EXIT`,
		`kill -STOP "$journald"`,
		`systemd-run --quiet --wait --collect --unit=last-words echo spoken`,
		`(sleep 0.5; kill -CONT "$journald") &`,
		`journal -u last-words`))
	if !strings.Contains(said, "spoken") {
		t.Errorf("of the unit's last words is read %q", said)
	}
}

// rollsBack lets the first release take the traffic again, then the second.
func (o *operator) rollsBack(t *testing.T, first, second e2e.Deployed) {
	t.Helper()
	serves := func(release string) {
		t.Helper()
		if _, err := web.CheckRelease(t.Context(), first.URL, release); err != nil {
			t.Error(err)
		}
	}
	if r := o.Must("rollback"); r.Stdout != first.Release+"\n" {
		t.Errorf("rolled back to %s, want %s", r.Stdout, first.Release)
	}
	serves(first.Release)
	if r := o.Run("rollback", "accounts", "no-such"); r.Code != 2 || !strings.Contains(r.Stderr, second.Release) {
		t.Errorf("a release that is not there: exit %d, %s", r.Code, r.Stderr)
	}
	o.Must("rollback", "accounts", second.Release)
	serves(second.Release)
	if r := o.Must("logs", "-n", "5"); !strings.Contains(r.Stdout, "gunicorn") {
		t.Errorf("the log is %q", r.Stdout)
	}
	if r := o.Must("ssh", "--", "id", "-un"); r.Stdout != "deploy\n" {
		t.Errorf("logged in as %q", r.Stdout)
	}
	if r := o.Must("ssh", "--", "echo one two | wc -w"); r.Stdout != "2\n" {
		t.Errorf("a line for the shell: %q", r.Stdout)
	}
	if r := o.Run("ssh", "accounts", "--", "sh", "-c", "echo out; echo err >&2; exit 3"); r.Code != 3 || r.Stdout != "out\n" || r.Stderr != "err\n" {
		t.Errorf("a command on the server: %+v", r)
	}
}
