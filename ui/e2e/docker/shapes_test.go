package docker

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// TestDjango has a Django project with SQLite, static files and migrations keep its rows
// over releases and rollbacks, for which nothing was set.
func TestDjango(t *testing.T) {
	o := newOperator(t)
	folder := copied(t, "django-start")
	first := o.deploy(folder, "--name", "notes")
	asks(t, first.URL+"/?add=x", "1 notes")
	asks(t, first.URL+"/static/admin/css/base.css", ":root")
	for n := 2; n <= 3; n++ {
		edit(t, folder+"/mysite/urls.py", "notes\")", "notes\") ")
		o.deploy(folder, "--name", "notes")
		asks(t, fmt.Sprintf("%s/?add=%d", first.URL, n), fmt.Sprintf("%d notes", n))
	}
	o.Must("rollback", "notes")
	asks(t, first.URL, "3 notes")
	if r := o.Must("run", "notes", "--", "python", "manage.py", "shell", "-c",
		"from notes.models import Note; print(Note.objects.count(), 'seen by run')"); !strings.Contains(r.Stdout, "3 seen by run") {
		t.Errorf("a command sees other data: %s", r.Stdout)
	}
}

// TestShapes deploys apps of several shapes one after the other, each in the place of the
// one before: what the engine builds first is the same for all.
func TestShapes(t *testing.T) {
	whole := newOperator(t)
	type page struct{ path, says string }
	for _, s := range []struct {
		folder string
		args   []string
		pages  []page
		// again are the pages of a second release.
		again []page
	}{
		{folder: "flask-factory", args: []string{"--env", "GREETING=good morning"}, pages: []page{{"/", "a factory says good morning"}}},
		{folder: "django", args: []string{"--env", "SECRET_KEY=not much of one"}, pages: []page{{"/", "notes"}, {"/static/notes/style.css", "color: navy"}}},
		{folder: "fastapi", pages: []page{{"/", `{"lifespan":true}`}}},
		{folder: "uv-lock", pages: []page{{"/", "starlette "}}},
		{folder: "flask-imports", pages: []page{{"/", "only its imports"}}},
		{folder: "compiled", pages: []page{{"/", "compiler None"}}},
		{folder: "data-sqlite-root", pages: []page{{"/add", "added"}, {"/", "1 items"}}, again: []page{{"/", "1 items"}, {"/add", "added"}, {"/", "2 items"}}},
		{folder: "data-media", pages: []page{{"/", "a gallery"}, {"/add/x", "x.txt"}, {"/media/x.txt", "uploaded"}}, again: []page{{"/media/x.txt", "uploaded"}}},
		{folder: "data-flask-instance", pages: []page{{"/", "visits kept: True"}}, again: []page{{"/", "visits kept: True"}}},
	} {
		t.Run(s.folder, func(t *testing.T) {
			o := whole.with(t)
			folder := copied(t, s.folder)
			first := o.deploy(append([]string{folder, "--name", "shape"}, s.args...)...)
			t.Logf("deployed in %.1f s", first.Seconds)
			for _, p := range s.pages {
				asks(t, first.URL+p.path, p.says)
			}
			if s.again == nil {
				return
			}
			failOn(t, os.WriteFile(filepath.Join(folder, "another.py"), []byte("ANOTHER = True\n"), 0o600))
			if second := o.deploy(folder, "--name", "shape"); second.Release == first.Release {
				t.Error("the changed app is the same release")
			}
			for _, p := range s.again {
				asks(t, first.URL+p.path, p.says)
			}
		})
	}
}

// TestProcesses has the lines of a Procfile run in containers of their own, and end with
// their release.
func TestProcesses(t *testing.T) {
	o := newOperator(t)
	folder := copied(t, "procfile")
	first := o.deploy(folder, "--name", "lines")
	e2e.Until(t, "the worker", func() bool {
		_, body := e2e.Ask(t, first.URL)
		return body == "release.said=done worker.said=w1"
	})
	edit(t, folder+"/Procfile", "NAME=w1", "NAME=w2")
	second := o.deploy(folder, "--name", "lines")
	e2e.Until(t, "the new worker", func() bool {
		_, body := e2e.Ask(t, first.URL)
		return body == "release.said=done worker.said=w2"
	})
	if running := o.containers("lines", "process"); len(running) != 1 || running[0].Labels["dev.slipway.release"] != second.Release {
		t.Errorf("these processes run: %+v", running)
	}
	edit(t, folder+"/Procfile", "worker: NAME=w2 python worker.py", "worker: python -c 'raise SystemExit(\"no queue\")'")
	r := o.Run("--yes", "--provider", "docker", folder, "--name", "lines")
	if r.Code != 1 || !strings.Contains(r.Stderr, "worker") || !strings.Contains(r.Stderr, "no queue") {
		t.Errorf("a process that ends: exit %d, want 1:\n%s", r.Code, r.Stderr)
	}
	o.Must("rollback", "lines", second.Release)
	o.Must("run", "lines", "--", "sh", "-c", `rm "$STATE_DIRECTORY/worker.said"`)
	e2e.Until(t, "the worker of before", func() bool {
		status, body := e2e.Ask(t, first.URL)
		return status == http.StatusOK && strings.Contains(body, "worker.said=w2")
	})
	if running := o.containers("lines", "process"); len(running) != 1 || running[0].Labels["dev.slipway.release"] != second.Release {
		t.Errorf("after a rollback these processes run: %+v", running)
	}
}

// stock is an app that counts in the databases that it was given.
const stock = `import os

import psycopg
import redis
from flask import Flask

app = Flask(__name__)


@app.get("/")
def front():
    with psycopg.connect(os.environ["DATABASE_URL"]) as base:
        base.execute("create table if not exists visit (n serial)")
        base.execute("insert into visit default values")
        rows = base.execute("select count(*) from visit").fetchone()[0]
    return f"{rows} rows, {redis.from_url(os.environ['REDIS_URL']).incr('visits')} keys"
`

// TestServices has an app use databases beside it, whose data and passwords outlive its
// releases.
func TestServices(t *testing.T) {
	o := newOperator(t, "postgres:17", "redis:8")
	folder := t.TempDir()
	write := func(name, text string) { failOn(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600)) }
	write("app.py", stock)
	write("requirements.txt", "flask\npsycopg[binary]\nredis\n")
	write("slipway.toml", "[services]\npostgres = true\nredis = true\n")
	first := o.deploy(folder, "--name", "stock")
	before := counted(t, first.URL)
	write("another.py", "")
	o.deploy(folder, "--name", "stock")
	if after := counted(t, first.URL); after[0] <= before[0] || after[1] <= before[1] {
		t.Errorf("the second release counts %v, the first counted %v", after, before)
	}
	if databases := o.containers("stock", "service"); len(databases) != 2 {
		t.Errorf("these databases run: %+v", databases)
	}
	if d := o.deploy(folder, "--name", "stock"); d.Changed {
		t.Errorf("a run without changes: %v", d.Steps)
	}
}

// counted are the rows and keys that stock tells.
func counted(t testing.TB, url string) (n [2]int) {
	t.Helper()
	status, body := e2e.Ask(t, url)
	if _, err := fmt.Sscanf(body, "%d rows, %d keys", &n[0], &n[1]); err != nil {
		t.Fatalf("%s: status %d, %q", url, status, body)
	}
	return n
}
