package app

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const djangoManage = `import os, sys
def main():
    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
if __name__ == '__main__':
    main()
`

const djangoWSGI = `import os
from django.core.wsgi import get_wsgi_application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()
`

const djangoSettings = `import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["shop.example", "127.0.0.1"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.staticfiles"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(os.environ.get("STATE_DIRECTORY", "."), "db")}}
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
`

func djangoFiles(settings string) fstest.MapFS {
	return files("requirements.txt", "django", "manage.py", djangoManage, "shop/__init__.py", "",
		"shop/wsgi.py", djangoWSGI, "shop/settings.py", settings)
}

func TestDetectDjango(t *testing.T) {
	got, err := Detect(djangoFiles(djangoSettings), Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Target != "shop.wsgi:application" || got.Build != "python manage.py collectstatic --noinput" ||
		!slices.Equal(got.BuildFolders, []string{"staticfiles"}) || !maps.Equal(got.Static, map[string]string{"/static/": "staticfiles"}) {
		t.Errorf("got %+v", got)
	}
	if want := []Need{{"SECRET_KEY", "shop/settings.py line 4"}}; !slices.Equal(got.Needs, want) {
		t.Errorf("needs %v, want %v", got.Needs, want)
	}
	for _, want := range []Reason{
		{"settings", "shop.settings", "shop/wsgi.py"}, {"allowed hosts", "shop.example, 127.0.0.1", "shop/settings.py line 6"},
		{"static files", "/static/ from staticfiles", "STATIC_ROOT in shop/settings.py line 10"},
	} {
		if !slices.Contains(got.Reasons, want) {
			t.Errorf("%v is not in %v", want, got.Reasons)
		}
	}
	if len(got.Warnings) != 0 || got.Release != "python manage.py migrate --noinput" || got.SettingsModule != "shop.settings" || got.Overlay != (Overlay{}) {
		t.Errorf("got %+v", got)
	}
	told, err := Detect(djangoFiles(djangoSettings), Settings{Release: "python manage.py migrate", Static: map[string]string{"/s/": "x"}})
	if err != nil || told.Release != "python manage.py migrate" || len(told.Warnings) != 0 || told.Static["/static/"] != "" {
		t.Errorf("with slipway.toml: %+v, %v", told, err)
	}
}

func TestDetectDjangoSettings(t *testing.T) {
	replaced := func(old, text string) string { return strings.Replace(djangoSettings, old, text, 1) }
	for _, test := range []struct {
		name, settings string
		folder         string
		static         bool
		warning        string
	}{
		{"whitenoise", djangoSettings + "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n", "staticfiles", false, ""},
		{"os.path", replaced(`BASE_DIR / "staticfiles"`, `os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "public", "static")`), "public/static", true, ""},
		{"str", replaced(`BASE_DIR / "staticfiles"`, `str((BASE_DIR / "shop").joinpath("s"))`), "shop/s", true, ""},
		{"parents", replaced(`BASE_DIR / "staticfiles"`, `Path(__file__).parents[0] / "s"`), "shop/s", true, ""},
		{"relative", replaced(`BASE_DIR / "staticfiles"`, `"s"`), "s", true, ""},
		{"on another host", replaced(`"static/"`, `"https://cdn.example/"`), "staticfiles", false, ""},
		{"not told", replaced(`BASE_DIR / "staticfiles"`, `os.environ["ROOT"]`), "staticfiles", true, ""},
		{"outside", replaced(`BASE_DIR / "staticfiles"`, `"/var/www/static"`), "staticfiles", true, ""},
		{"above", replaced(`BASE_DIR / "staticfiles"`, `BASE_DIR.parent / "static"`), "staticfiles", true, ""},
		{"in a circle", replaced(`BASE_DIR / "staticfiles"`, `A / B`) + "A = B / A\nB = A / B\n", "staticfiles", true, ""},
		{"no root", replaced("STATIC_ROOT", "OTHER_ROOT"), "staticfiles", true, ""},
		{"outside, but other settings", replaced(`BASE_DIR / "staticfiles"`, `"/var/www/static"`) + "from configurations import Configuration\n", "", false, "(STATIC_ROOT), so static files"},
		{"no root, but other settings", replaced("STATIC_ROOT", "OTHER_ROOT") + "from configurations import Configuration\n", "", false, "static files are not served: set STATIC_ROOT"},
		{"database", replaced("STATE_DIRECTORY", "DB_FOLDER"), "staticfiles", true, ""},
		{"secret", replaced(`os.environ["SECRET_KEY"]`, `"django-insecure-x"`), "staticfiles", true, "SECRET_KEY in the source"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Detect(djangoFiles(test.settings), Settings{Release: "true"})
			if err != nil {
				t.Fatal(err)
			}
			var folders []string
			if test.folder != "" {
				folders = []string{test.folder}
			}
			if !slices.Equal(got.BuildFolders, folders) || (got.Static["/static/"] != "") != test.static || (got.Build != "") != (test.folder != "") {
				t.Errorf("got %q, %q, %q", got.Build, got.BuildFolders, got.Static)
			}
			if all := strings.Join(got.Warnings, "\n"); !strings.Contains(all, test.warning) || test.warning == "" && all != "" {
				t.Errorf("warnings %q", got.Warnings)
			}
		})
	}
}

// TestStaticRootUnderACondition has a STATIC_ROOT that may not be set on the server.
func TestStaticRootUnderACondition(t *testing.T) {
	const always = `STATIC_ROOT = BASE_DIR / "staticfiles"`
	got, err := Detect(djangoFiles(strings.Replace(djangoSettings, always, "if not DEBUG:\n    STATIC_ROOT = BASE_DIR / \"public\"", 1)), Settings{})
	if want := (Overlay{Module: "shop.settings", StaticRoot: "public"}); err != nil || got.Overlay != want || got.Static["/static/"] != "public" {
		t.Errorf("got %+v, %v, %v, want %+v", got.Overlay, got.Static, err, want)
	}
}

// TestDetectDjangoSettingsPackage has its settings in parts.
func TestDetectDjangoSettingsPackage(t *testing.T) {
	fsys := djangoFiles("")
	delete(fsys, "shop/settings.py")
	fsys["shop/settings/__init__.py"] = &fstest.MapFile{Data: []byte("from .base import *\nDEBUG = False\n")}
	base := strings.Replace(djangoSettings, ".parent.parent", ".parent.parent.parent", 1)
	fsys["shop/settings/base.py"] = &fstest.MapFile{Data: []byte(base)}
	got, err := Detect(fsys, Settings{})
	if err != nil || got.Static["/static/"] != "staticfiles" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestDetectNeeds(t *testing.T) {
	text := `import os
import environ
from decouple import config
env = environ.Env(DEBUG=(bool, False))
A = os.environ["A"]
B = os.environ.get("B")
C = config("C", cast=int)
D = config("D", default="x")
E = env("E") + env.str("E2", default="")
DEBUG = env("DEBUG")
os.environ["SET"] = "x"
class Config:
    IN_CLASS = os.environ["IN_CLASS"]
def later():
    return os.environ["LATER"]
if __name__ == "__main__":
    os.environ["MAIN"]
STATE = os.environ["STATE_DIRECTORY"]
NO_NAME = os.environ["X\nname: another"], os.environ["A B"], os.environ[""]
F = self.env("NOT")
` + flaskApp
	got, err := Detect(files("requirements.txt", "", "a.py", text), Settings{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Need{{"A", "a.py line 5"}, {"C", "a.py line 7"}, {"E", "a.py line 9"}}
	if !reflect.DeepEqual(got.Needs, want) {
		t.Errorf("got %v, want %v", got.Needs, want)
	}
}

func TestDetectProcesses(t *testing.T) {
	fsys := func(settings string) fstest.MapFS {
		return files("a.py", flaskApp, "requirements.txt", "", "Procfile", "worker: python w.py\nclock: python c.py\n", SettingsFile, settings)
	}
	for _, test := range []struct {
		name, settings string
		want           map[string]string
	}{
		{"Procfile", "", map[string]string{"worker": "python w.py", "clock": "python c.py"}},
		{"slipway.toml", "[app.processes]\nmail = \"python m.py\"\n", map[string]string{"mail": "python m.py"}},
		{"none", "[app]\nprocesses = {}\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			file, err := ReadSettings(fsys(test.settings))
			if err != nil {
				t.Fatal(err)
			}
			got, err := Detect(fsys(test.settings), file.App)
			if err != nil || !reflect.DeepEqual(got.Processes, test.want) {
				t.Errorf("got %v, %v", got.Processes, err)
			}
		})
	}
}
