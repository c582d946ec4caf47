// Package shapes deploys apps of the shapes that people really have to real machines,
// and asks pages of them: frameworks, ways to list packages, data that is kept, servers
// of their own. The ones of which more is to be seen have a machine of their own; the
// others are deployed one after the other in the same place, as an app that changes.
package shapes

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/steps/engine"
	"slipway/steps/web"
	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }

// page is a path, and what must be in the answer there.
type page struct{ path, says string }

// shape is an app in testdata, or a written one.
type shape struct {
	folder string
	// written are its files; nil if they are in testdata.
	written written
	// args are what slipway needs to be told besides.
	args []string
	// answers are asked for in this order.
	answers []page
	// more is what else there is to see.
	more func(t *testing.T, o *e2e.Operator, first e2e.Deployed)
}

var all = []shape{
	{folder: "flask-module", answers: []page{{"/", "a module"}}, more: endsAtImport},
	{folder: "django", args: []string{"--env", "SECRET_KEY=not much of one"},
		answers: []page{{"/", "notes"}, {"/static/notes/style.css", "color: navy"}}, more: redeploysDjango},
	{folder: "procfile", answers: []page{{"/", "release.said=done"}}, more: changesProcesses},
}

func TestShapes(t *testing.T) {
	localtest.NeedMachines(t)
	for _, s := range all {
		t.Run(s.folder, func(t *testing.T) {
			t.Parallel()
			o := e2e.NewOperator(t, 2*time.Minute)
			first := o.Deploy(append([]string{testdata(t, s.folder)}, s.args...)...)
			t.Logf("deployed in %.1f s (%v)", first.Seconds, first.Spent)
			asks(t, first.URL, s.answers)
			if s.more != nil {
				s.more(t, o, first)
			}
		})
	}
}

// path is where the app's files are.
func (s shape) path(t *testing.T) string {
	t.Helper()
	if s.written != nil {
		return s.written.path(t, s.folder)
	}
	return testdata(t, s.folder)
}

func testdata(t *testing.T, folder string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", folder))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// changed is a copy of an app in which a file has another text.
func changed(t *testing.T, folder, file, text string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), folder)
	if err := os.CopyFS(dir, os.DirFS(testdata(t, folder))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// asks asks for each page.
func asks(t *testing.T, url string, pages []page) {
	t.Helper()
	for _, p := range pages {
		says(t, url+p.path, p.says)
	}
}

// says waits until an answer is good and has the text.
func says(t *testing.T, url, want string) {
	t.Helper()
	e2e.Until(t, want, func() bool {
		status, body := e2e.Ask(t, url)
		return status == http.StatusOK && strings.Contains(body, want)
	})
}

// endsAtImport deploys a release whose workers end by themselves: gunicorn would
// start them again for ever.
func endsAtImport(t *testing.T, o *e2e.Operator, first e2e.Deployed) {
	text := "import sys\n\nfrom flask import Flask\n\napp = Flask(__name__)\nprint('a setting is missing')\nsys.exit(0)\n"
	r := o.Run("--yes", "--name", "flask-module", changed(t, "flask-module", "app.py", text))
	if r.Code != 1 || !strings.Contains(r.Stderr, "a setting is missing") || !strings.Contains(r.Stderr, "its workers end as soon as they start") {
		t.Errorf("exit %d, want 1:\n%s", r.Code, r.Stderr)
	}
	if _, err := web.CheckRelease(t.Context(), first.URL, first.Release); err != nil {
		t.Errorf("the release before it does not go on: %v", err)
	}
}

func redeploysDjango(t *testing.T, o *e2e.Operator, first e2e.Deployed) {
	for step, want := range map[string]engine.Status{"build": engine.Changed, "pre-switch": engine.Changed} {
		if got := first.Steps[step]; got != want {
			t.Errorf("step %s is %q, want %q", step, got, want)
		}
	}
	green := changed(t, "django", "notes/static/notes/style.css", "body { color: green; }\n")
	if err := os.WriteFile(filepath.Join(green, "notes/static/notes/green.css"), []byte("green"), 0o600); err != nil {
		t.Fatal(err)
	}
	second := o.Deploy("--name", "django", green)
	if !second.Changed || second.Release == first.Release {
		t.Errorf("a changed style: %+v", second.Outcome)
	}
	if _, body := e2e.Ask(t, first.URL+"/static/notes/style.css"); !strings.Contains(body, "color: green") {
		t.Errorf("nginx serves %q", body)
	}
	o.Must("rollback", "django")
	// A page of the release before is open still in somebody's browser.
	if status, body := e2e.Ask(t, first.URL+"/static/notes/green.css"); status != http.StatusOK || body != "green" {
		t.Errorf("a file of the release before: status %d, %q", status, body)
	}
	if _, body := e2e.Ask(t, first.URL+"/static/notes/style.css"); !strings.Contains(body, "color: navy") {
		t.Errorf("after the rollback nginx serves %q", body)
	}
}

func changesProcesses(t *testing.T, o *e2e.Operator, first e2e.Deployed) {
	says(t, first.URL, "worker.said=w1")
	const lines = "release: printf again >\"$STATE_DIRECTORY/release.said\"\nweb: exec python web.py | cat\n"
	second := o.Deploy("--name", "procfile", changed(t, "procfile", "Procfile", lines+"worker: cd . && NAME=w2 python worker.py\n"))
	says(t, first.URL, "release.said=again worker.said=w2")
	if n := o.Root("procfile", "systemctl list-units --plain --no-legend --state=active 'app-procfile-*-process-*' | wc -l"); n != "1" {
		t.Errorf("%s processes are active, want 1", n)
	}
	r := o.Run("--yes", "--name", "procfile", changed(t, "procfile", "Procfile", lines+"worker: python -c 'raise SystemExit(\"no queue\")'\n"))
	if r.Code != 1 || !strings.Contains(r.Stderr, "its process worker does not stay up") || !strings.Contains(r.Stderr, "no queue") {
		t.Errorf("a process that ends: exit %d, want 1:\n%s", r.Code, r.Stderr)
	}
	o.Must("rollback", "procfile", second.Release)
	o.Root("procfile", "rm /var/lib/app-procfile/worker.said")
	says(t, first.URL, "worker.said=w2")
	o.Must("env", "set", "--name", "procfile", "EXTRA=1")
	if env := o.Root("procfile", `tr '\0' '\n' </proc/$(systemctl show -P MainPID 'app-procfile-*-process-worker.service')/environ`); !strings.Contains(env, "EXTRA=1") {
		t.Errorf("the process did not get a new variable: %s", env)
	}
}

func hasLockedVersion(t *testing.T, _ *e2e.Operator, first e2e.Deployed) {
	lock, err := os.ReadFile("testdata/uv-lock/uv.lock")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(lock), "name = \"starlette\"\nversion = \"")
	version, _, _ := strings.Cut(after, `"`)
	if _, body := e2e.Ask(t, first.URL); version == "" || body != "starlette "+version {
		t.Errorf("got %q, and uv.lock has %s", body, version)
	}
}
