package releases

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// notes is an app with an SQLite database in its root. All workers make its table at the
// same time.
const notes = `import sqlite3
import time

from fastapi import FastAPI

VERSION = %d
app = FastAPI()


def base():
    return sqlite3.connect("notes.db", timeout=30)


with base() as db:
    if not db.execute("select count(*) from sqlite_master where name = 'note'").fetchone()[0]:
        time.sleep(1)
        db.execute("create table note (n integer)")


@app.post("/add/{n}")
def add(n: int):
    with base() as db:
        db.execute("insert into note values (?)", (n,))
    return VERSION


@app.get("/")
def count():
    return f"version {VERSION}: {base().execute('select count(distinct n) from note').fetchone()[0]}"
`

// writeLoad adds notes until it is ended, and counts those that were taken.
type writeLoad struct {
	taken, refused atomic.Int64
	stop           context.CancelFunc
	done           chan struct{}
}

func startWriting(ctx context.Context, url string) *writeLoad {
	ctx, stop := context.WithCancel(ctx)
	l := &writeLoad{stop: stop, done: make(chan struct{})}
	go func() {
		defer close(l.done)
		for n := 0; ctx.Err() == nil; n++ {
			request, err := http.NewRequest(http.MethodPost, fmt.Sprintf("%s/add/%d", url, n), nil)
			if err != nil {
				return
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil || response.StatusCode != http.StatusOK {
				l.refused.Add(1)
			} else {
				l.taken.Add(1)
			}
			if err == nil {
				response.Body.Close()
			}
		}
	}()
	return l
}

func (l *writeLoad) end() { l.stop(); <-l.done }

// TestRowsSurvive has seven releases and two rollbacks keep every row of a database in
// the app's root, two releases beside each other under a constant load of writes.
func TestRowsSurvive(t *testing.T) {
	localtest.NeedMachines(t)
	s := newShop(t, "notes")
	s.write("requirements.txt", "fastapi\n")
	deploy := func(version int) {
		t.Helper()
		s.write("main.py", fmt.Sprintf(notes, version))
		s.url = s.Deploy(s.folder).URL
	}
	deploy(1)
	l := startWriting(t.Context(), s.url)
	t.Cleanup(l.stop)
	const last = 7 // a server keeps five releases
	for version := 2; version <= last; version++ {
		deploy(version)
		if version == 3 || version == 5 {
			s.Must("rollback", "notes")
		}
	}
	l.end()
	_, body := e2e.Ask(t, s.url)
	if want := fmt.Sprintf(`"version %d: %d"`, last, l.taken.Load()); body != want || l.refused.Load() > 0 || l.taken.Load() < 100 {
		t.Errorf("the app says %s, want %s; %d writes were refused", body, want, l.refused.Load())
	}
	if again := s.Deploy(s.folder); again.Changed {
		t.Errorf("a run without changes changed something: %v", again.Steps)
	}
}

// gallery is a Django project with its database in the root, and uploads that nginx
// serves.
var gallery = map[string]string{
	"requirements.txt":    "django\n",
	"slipway.toml":        "test-command = \"python manage.py check && python -c 'import sqlite3; sqlite3.connect(\\\"db.sqlite3\\\").execute(\\\"create table x (y)\\\")'\"\n[app]\nrelease = \"python manage.py migrate --noinput\"\n",
	"media/carried.txt":   "carried\n",
	"gallery/__init__.py": "",
	"manage.py": `import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gallery.settings")
if __name__ == "__main__":
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
`,
	"gallery/wsgi.py": `import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gallery.settings")
application = get_wsgi_application()
`,
	"gallery/settings.py": `from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "of a test"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
ROOT_URLCONF = "gallery.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
MEDIA_ROOT = BASE_DIR / "media"
MEDIA_URL = "media/"
`,
	"gallery/urls.py": `from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.urls import path


def count(request):
    return HttpResponse(f"{Group.objects.count()} groups")


def add(request, name):
    Group.objects.create(name=name)
    default_storage.save(f"sub/{name}.html", ContentFile(b"<script>alert(1)</script>"))
    with open(default_storage.path(f"{name}.txt"), "w") as plain:
        plain.write(name)
    return HttpResponse("added")


urlpatterns = [path("", count), path("add/<name>", add)]
`,
}

// TestMediaAndMigrations has a Django project keep its rows and uploads, and nginx serve
// the uploads as nothing that runs, and nothing else of what is kept.
func TestMediaAndMigrations(t *testing.T) {
	localtest.NeedMachines(t)
	s := newShop(t, "gallery")
	for name, text := range gallery {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(s.folder, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		s.write(name, text)
	}
	first := s.Deploy(s.folder)
	s.url = first.URL
	for _, name := range []string{"one", "two"} {
		if status, body := e2e.Ask(t, s.url+"/add/"+name); status != http.StatusOK {
			t.Fatalf("add: %d %s", status, body)
		}
	}
	s.write("gallery/views.py", "changed = True\n")
	s.write("media/carried.txt", "changed\n")
	s.Deploy(s.folder)
	s.holdsGallery("after a release")
	s.Must("rollback", "gallery")
	s.holdsGallery("after a rollback")
	for path, want := range map[string]int{"/media/../db.sqlite3": http.StatusNotFound, "/media/none": http.StatusNotFound, "/db.sqlite3": http.StatusNotFound} {
		if status, _ := e2e.Ask(t, s.url+path); status != want {
			t.Errorf("%s: status %d", path, status)
		}
	}
	if modes := s.Root("gallery", "sudo stat -c '%a %U:%G' /var/lib/app-gallery/kept/db.sqlite3 /var/lib/app-gallery/kept/media/one.txt"); modes != "640 app-gallery:app-gallery\n640 app-gallery:www-data" {
		t.Errorf("modes: %s", modes)
	}
}

// holdsGallery checks that rows and uploads are there.
func (s *shop) holdsGallery(when string) {
	s.t.Helper()
	if _, body := e2e.Ask(s.t, s.url); body != "2 groups" {
		s.t.Errorf("%s: %s", when, body)
	}
	for path, want := range map[string]string{"/media/one.txt": "one", "/media/carried.txt": "carried\n", "/media/sub/two.html": "<script>alert(1)</script>"} {
		response, err := http.Get(s.url + path)
		if err != nil {
			s.t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || string(body) != want || response.Header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(response.Header.Get("Content-Security-Policy"), "sandbox") {
			s.t.Errorf("%s, %s: %d %q, %v, %v", when, path, response.StatusCode, body, response.Header, err)
		}
	}
}
