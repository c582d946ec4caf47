package fakeheroku_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	client "github.com/heroku/heroku-go/v6"

	"slipway/providers/heroku/fakeheroku"
)

// server answers with its release's name, how often it was asked and a variable.
const server = `
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        count = 1
        if os.path.exists("count"):
            count += int(open("count").read())
        open("count", "w").write(str(count))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"NAME {count} {os.environ.get('GREETING', '-')}".encode())
    def log_message(self, text, *rest):
        print("served", self.path, flush=True)
http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["PORT"])), Handler).serve_forever()
`

func app(name string) map[string]string {
	return map[string]string{
		"requirements.txt": "", "Procfile": "web: python app.py\nworker: python -c 'import time; print(\"working\", flush=True); time.sleep(600)'\n",
		"app.py": strings.ReplaceAll(server, "NAME", name),
	}
}

func TestAppIsBuiltAndRuns(t *testing.T) {
	dir := t.TempDir()
	a := open(t, fakeheroku.Options{Dir: dir})
	made := a.app("first-app")
	if status, _ := get(t, *made.WebURL); status != http.StatusBadGateway {
		t.Errorf("an app without code answers %d", status)
	}
	b, output := a.build("first-app", app("one"))
	if b.Status != "succeeded" || !strings.Contains(output, "Python app detected") || !strings.Contains(output, "types -> web, worker") {
		t.Fatalf("the build is %s:\n%s", b.Status, output)
	}
	if status, body := get(t, *made.WebURL); status != http.StatusOK || body != "one 1 -" {
		t.Fatalf("it answers %d %q", status, body)
	}
	if got := a.Contents().Dynos; len(got) != 1 || got[0] != "web.1 first-app up" {
		t.Errorf("the dynos are %q", got)
	}

	// Config vars make a release, whose dynos have lost what the ones before wrote.
	must(a.ConfigVarUpdate(t.Context(), "first-app", map[string]*string{"GREETING": new("hello")}))
	if status, body := get(t, *made.WebURL); status != http.StatusOK || body != "one 1 hello" {
		t.Errorf("with a config var it answers %d %q", status, body)
	}
	if _, output := a.build("first-app", app("two")); !strings.Contains(output, "Restoring the packages of the last build") {
		t.Errorf("a build of the same packages prints\n%s", output)
	}
	if _, body := get(t, *made.WebURL); body != "two 1 hello" {
		t.Errorf("the second release answers %q", body)
	}
	must(a.ConfigVarUpdate(t.Context(), "first-app", map[string]*string{"GREETING": nil}))

	// A rollback brings back the code and the config vars of its release.
	last := a.settled("first-app")
	if last.Version != 6 || last.Description != "Remove GREETING config vars" {
		t.Errorf("the last release is v%d %q", last.Version, last.Description)
	}
	fourth := must(a.ReleaseInfo(t.Context(), "first-app", "v4"))
	must(a.ReleaseRollback(t.Context(), "first-app", client.ReleaseRollbackOpts{Release: fourth.ID}))
	if _, body := get(t, *made.WebURL); body != "one 1 hello" {
		t.Errorf("after the rollback it answers %q", body)
	}

	must(a.AppDelete(t.Context(), "first-app"))
	until(t, "the removal of the slugs", func() bool { return len(must(filepath.Glob(filepath.Join(dir, "apps", "*")))) == 0 })
	if !a.Contents().Empty() {
		t.Errorf("after the removal there is %+v", a.Contents())
	}
}

// The packages of an app that is gone are those of the next one with the same.
func TestPackagesOutliveAnApp(t *testing.T) {
	if testing.Short() {
		t.Skip("it asks a package index")
	}
	a := open(t, fakeheroku.Options{Grace: time.Second}) // gunicorn overlooks a SIGTERM that comes when it starts a worker
	files := with(app("one"), "requirements.txt", "gunicorn==23.0.0\n")
	files = with(files, "Procfile", "web: gunicorn app:answer\n")
	files = with(files, "app.py", "def answer(environ, start):\n    start('200 OK', [])\n    return [b'from gunicorn']\n")
	for _, name := range []string{"the-first-one", "the-second-one"} {
		made := a.app(name)
		if b, output := a.build(name, files); b.Status != "succeeded" {
			t.Fatal(output)
		}
		if status, body := get(t, *made.WebURL); status != http.StatusOK || body != "from gunicorn" {
			t.Errorf("%s answers %d %q", name, status, body)
		}
		must(a.AppDelete(t.Context(), name))
	}
}

func TestFormation(t *testing.T) {
	a := open(t, fakeheroku.Options{})
	a.app("shapes-of-it")
	scale := func(kind string, quantity int, size string) error {
		options := client.FormationUpdateOpts{Quantity: &quantity}
		if size != "" {
			options.DynoSize = &struct {
				ID   *string `json:"id,omitempty" url:"id,omitempty,key"`
				Name *string `json:"name,omitempty" url:"name,omitempty,key"`
			}{Name: &size}
		}
		_, err := a.FormationUpdate(t.Context(), "shapes-of-it", kind, options)
		return err
	}
	if err := scale("web", 1, ""); err == nil || !strings.Contains(err.Error(), "Couldn't find that process type (web).") {
		t.Errorf("scaling before a build: %v", err)
	}
	a.build("shapes-of-it", app("one"))
	if err := scale("web", 2, ""); err == nil || !strings.Contains(err.Error(), "more than 1 Basic") {
		t.Errorf("two basic dynos: %v", err)
	}
	for _, err := range []error{scale("web", 2, "standard-1X"), scale("worker", 1, "")} {
		if err != nil {
			t.Error(err)
		}
	}
	until(t, "three dynos", func() bool { return a.Idle() && len(a.Contents().Dynos) == 3 })
	if err := scale("web", 0, ""); err != nil {
		t.Error(err)
	}
	made := must(a.AppInfo(t.Context(), "shapes-of-it"))
	if status, _ := get(t, *made.WebURL); status != http.StatusServiceUnavailable {
		t.Errorf("without web dynos it answers %d", status)
	}
}

// A dyno that crashes is started once again, at another address, while requests still look
// for it at the first. The race detector reads along.
func TestCrashedDynoIsStartedAgain(t *testing.T) {
	const dies = `
import os, socket
listener = socket.create_server(("0.0.0.0", int(os.environ["PORT"])))
while True:
    connection, _ = listener.accept()
    if connection.recv(4096):
        os._exit(1)
`
	a := open(t, fakeheroku.Options{})
	made := a.app("dies-of-requests")
	a.build("dies-of-requests", with(app("one"), "app.py", dies))
	var asked sync.WaitGroup
	for range 16 {
		asked.Go(func() {
			if status, _ := get(t, *made.WebURL); status != http.StatusServiceUnavailable {
				t.Errorf("a dyno that dies answers %d", status)
			}
		})
	}
	asked.Wait()
	until(t, "the end of both boots", func() bool {
		get(t, *made.WebURL)
		return slices.Equal(a.Contents().Dynos, []string{"web.1 dies-of-requests crashed"})
	})
}
