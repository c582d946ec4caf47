package cause

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRemedyOf has a line that programs print for each way to fail that no golden file of
// a real app shows, and what is said of it.
func TestRemedyOf(t *testing.T) {
	for printed, want := range map[string]string{
		"ImportError: libGL.so.1: cannot open shared object file: No such file or directory":                    `packages = ["libgl1", "libglib2.0-0"]`,
		"OSError: no library called \"cairo-2\" was found":                                                      `packages = ["libcairo2"]`,
		"ImportError: libfoo.so.3: cannot open shared object file: No such file or directory":                   "packages.debian.org",
		"AttributeError: module 'collections' has no attribute 'Mapping'":                                       `python = "3.9"`,
		"AttributeError: module 'pkgutil' has no attribute 'ImpImporter'. Did you mean: 'zipimporter'?":         `python = "3.11"`,
		"AttributeError: module 'numpy' has no attribute 'int'.":                                                "numpy<1.24",
		"ImportError: cannot import name 'ugettext' from 'django.utils.translation' (x)":                        "Django<4",
		"TypeError: Client.__init__() got an unexpected keyword argument 'proxies'":                             "httpx<0.28",
		"RuntimeError: Form data requires \"python-multipart\" to be installed.":                                "add the line python-multipart to",
		"ImportError: email-validator is not installed, run `pip install 'pydantic[email]'`":                    "add the line email-validator to",
		"decouple.UndefinedValueError: SECRET_KEY not found. Declare it as envvar or define a default value.":   "--env SECRET_KEY=VALUE",
		"KeyError: \"Config 'DATABASE_URL' is missing, and has no default.\"":                                   "--env DATABASE_URL=VALUE",
		"ValueError: DATABASE_URL is not set":                                                                   "--env DATABASE_URL=VALUE",
		"django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.":                "--env SECRET_KEY=VALUE",
		"RuntimeError: Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set.":                     "--env DATABASE_URL=",
		"PermissionError: [Errno 13] Permission denied: 'logs/app.log'":                                         `data = ["logs/"]`,
		"psycopg2.OperationalError: could not translate host name \"db\" to address: Name or service not known": "db is a name inside docker-compose",
		"psycopg2.errors.UndefinedTable: relation \"shop_item\" does not exist":                                 "release = ",
		"FATAL:  password authentication failed for user \"shop\"":                                              "user or the password",
		"ERROR:    Error loading ASGI app. Attribute \"app\" not found in module \"main\".":                     `asgi = "main:NAME"`,
		"ERROR:    Error loading ASGI app. Could not import module \"main\".":                                   "no module main",
		"app-shop.service: A process of this unit has been killed by the OOM killer.":                           "WEB_CONCURRENCY=1",
		"OSError: [Errno 98] Address already in use":                                                            "$PORT",
		"You're using the staticfiles app without having set the STATIC_ROOT setting to a filesystem path.":     "STATIC_ROOT = ",
		"ValueError: Missing staticfiles manifest entry for 'site.css'":                                         "collectstatic",
		"alembic.util.exc.CommandError: Can't locate revision identified by 'abc'":                              "alembic",
		"/usr/bin/env: 'bash\\r': No such file or directory":                                                    "sed -i",
		"./release.sh: /bin/bash^M: bad interpreter: No such file or directory":                                 "sed -i 's/\\r$//' release.sh",
		"sh: 1: pg_dump: not found":                   `packages = ["postgresql-client"]`,
		"sh: 1: alembic: not found":                   "add the line alembic to",
		"E: Unable to locate package libfoo":          "Debian has no package libfoo",
		"OSError: [Errno 28] No space left on device": "disk is full",
		"E: The repository 'http://x.invalid/debian trixie Release' does not have a Release file.":                          "grep -r http://x.invalid /etc/apt",
		"x.c:3:10: fatal error: lber.h: No such file or directory":                                                          "libldap-dev",
		"the release answered with status 404 at /healthz, and 200 is wanted; its last lines:":                              "the app has no page /healthz",
		"    return templates.TemplateResponse(\"index.html\", {\"request\": request})\nTypeError: unhashable type: 'dict'": "starlette<1",
		"TypeError: unhashable type: 'dict'":                                                                                "",
		"AttributeError: 'Starlette' object has no attribute 'on_event'":                                                    "starlette<1",
		"ZeroDivisionError: by design":                                                                                      "",
	} {
		got, ok := RemedyOf("release: it failed with status 1: Traceback (most recent call last):\n  File \"/srv/app-shop/releases/08d4abc35ca1/src/shop.py\", line 4, in <module>\n    f()\n"+printed, "")
		if ok != (want != "") || !strings.Contains(got.Next, want) || strings.ContainsAny(got.Next, "\n\x1b") {
			t.Errorf("%s\ngot  %q\nwant %q", printed, got.Next, want)
		}
	}
}

// TestRemedyLooksIntoTheFolder: files and lines are those of the app on this computer.
func TestRemedyLooksIntoTheFolder(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"shop/settings.py":  "import os\nALLOWED_HOSTS = os.environ.get(\"SHOP_HOSTS\", \"\").split(\",\")\n",
		"uv.lock":           "",
		"pyproject.toml":    "[project]\ndependencies = [\n  \"Flask>=2\",\n  \"Werkzeug==3.1\",\n]\n",
		"manage.py":         "",
		"shop/data/here.py": "",
	} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for printed, want := range map[string]Remedy{
		"the release answered with status 400 at /, and one below 500 is wanted; its last lines:\nInvalid HTTP_HOST header: '192.0.2.1'. You may need to add '192.0.2.1' to ALLOWED_HOSTS.": {
			Next: "shop/settings.py line 2 takes the names from a variable: add --env SHOP_HOSTS=192.0.2.1", Variable: "SHOP_HOSTS"},
		"the release answered with status 400 at /, and 200 is wanted": {
			Next: "Django may refuse the server's address: shop/settings.py line 2 takes the names from a variable, add --env SHOP_HOSTS=ADDRESS", Variable: "SHOP_HOSTS"},
		"OSError: [Errno 30] Read-only file system: '/srv/app-shop/releases/08d4abc35ca1/src/shop/static/.webassets-cache'": {
			Next: `keep it across releases: write data = ["shop/static/.webassets-cache/"] under [app] in slipway.toml`, Keep: "shop/static/.webassets-cache/"},
		"ModuleNotFoundError: No module named 'yaml'": {Next: "type uv add 'PyYAML'"},
		"ImportError: cannot import name 'url_quote' from 'werkzeug.urls' (x)": {
			Next: "the code is older than the Werkzeug that it gets: change pyproject.toml line 4 (Werkzeug==3.1) to Werkzeug<3"},
		"django.db.utils.OperationalError: no such table: auth_user": {
			Next: `the migrations were not run: write release = "python manage.py migrate --noinput" under [app] in slipway.toml`},
		"OSError: [Errno 30] Read-only file system: '/srv/app-shop/releases/08d4abc35ca1/src/shop/data/x.json'": {
			Next: `keep it across releases: write data = ["shop/data/x.json"] under [app] in slipway.toml`, Keep: "shop/data/x.json"},
		"OSError: [Errno 30] Read-only file system: '/app/shop/data/x.json'": {
			Next: `keep it across releases: write data = ["shop/data/x.json"] under [app] in slipway.toml`, Keep: "shop/data/x.json"},
	} {
		if got, _ := RemedyOf("release: it failed with status 1: "+printed, folder); got != want {
			t.Errorf("%s\ngot  %q\nwant %q", printed, got, want)
		}
	}
}

// TestRemedyWithoutAList: a list that is made for one package must have the others too.
func TestRemedyWithoutAList(t *testing.T) {
	const printed = "release: it failed with status 1: ModuleNotFoundError: No module named 'yaml'"
	const want = "make the file requirements.txt with the line PyYAML and the other packages that the plan names, one a line"
	if got, _ := RemedyOf(printed, t.TempDir()); got.Next != want {
		t.Errorf("got %q", got.Next)
	}
}

// TestRemedyBesideTheApp: the list in the app's folder counts where the root has none.
func TestRemedyBesideTheApp(t *testing.T) {
	const printed = "release: it failed with status 1: ModuleNotFoundError: No module named 'yaml'"
	for file, want := range map[string]string{
		"backend/requirements.txt": "add the line PyYAML to backend/requirements.txt",
		"backend/pyproject.toml":   `add "PyYAML" to the dependencies in backend/pyproject.toml`,
	} {
		folder := t.TempDir()
		if err := os.Mkdir(filepath.Join(folder, "backend"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, _ := RemedyOf(printed, folder); got.Next != want {
			t.Errorf("%s: got %q", file, got.Next)
		}
	}
}

// TestRemedyOfHostileOutput: what an app prints makes no other command of a remedy.
func TestRemedyOfHostileOutput(t *testing.T) {
	for _, printed := range []string{
		"FileNotFoundError: [Errno 2] No such file or directory: '../../etc/passwd'", "OSError: [Errno 30] Read-only file system: '\x1b[2J/../..'",
		"sh: 1: $(reboot): not found", "sh: 1: ./a$(reboot).sh: not found", "sh: 1: ./a$(reboot).sh: Permission denied", "FAILED tests/a'$(reboot)'::x - AssertionError",
		"Failed to fetch http://$(reboot)/x", "E: The repository 'http://$(reboot) trixie Release' does not have", "Invalid HTTP_HOST header: '$(reboot)'\nthe release answered with status 400 at /, and 200 is wanted",
		"Traceback (most recent call last):\n  File \"/srv/app-shop/releases/08d4abc35ca1/src/$(reboot).py\", line 4\n    print 1\nSyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?", "OSError: [Errno 30] Read-only file system: '../../etc/shop/x'", "OSError: [Errno 30] Read-only file system: '/srv/app-shop/releases/08d4abc35ca1/src/'", "KeyError: 'X; reboot'", "ModuleNotFoundError: No module named '../x'",
	} {
		got, _ := RemedyOf("release: it failed with status 1: "+printed, t.TempDir())
		if strings.ContainsAny(got.Next+got.Keep, "\x1b\n") || strings.Contains(got.Keep, "..") || strings.Contains(got.Next, "$(reboot)") {
			t.Errorf("%q gives %+v", printed, got)
		}
	}
}

// TestRemedyOfRepository has what git prints when it can't take a package from a
// repository.
func TestRemedyOfRepository(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "requirements.txt"), []byte("flask\nlib @ git+https://git.example.org/me/lib.git@v9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for said, want := range map[string]string{
		"fatal: unable to access 'https://git.example.org/me/lib.git/': Could not resolve host: git.example.org": "can't find the host git.example.org: correct the address in requirements.txt line 2",
		"fatal: unable to access 'https://git.example.org/me/lib/': The requested URL returned error: 403":       "correct its address in requirements.txt line 2",
		"fatal: could not read Username for 'https://git.example.org': terminal prompts disabled":                "it is private and the server has no password for it: correct its address in requirements.txt line 2",
		"fatal: repository 'https://git.example.org/me/lib.git/' not found":                                      "there is no such repository",
		"fatal: couldn't find remote ref refs/tags/v9":                                                           "no branch, tag or commit v9: correct what stands behind the @ in requirements.txt line 2",
		"error: pathspec 'v9' did not match any file(s) known to git":                                            "no branch, tag or commit v9",
	} {
		got, ok := RemedyOf("dependencies: it failed with status 1: error: Git operation failed\n  cause: failed to clone into: /var/cache\n  "+said+"\n", folder)
		if !ok || !strings.Contains(got.Next, want) {
			t.Errorf("%s\ngot  %q\nwant %q", said, got.Next, want)
		}
	}
}
