package app

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"slipway/providers"
)

// lockedFolder is a folder with manifest and lock file as uv, Poetry or Pipenv
// wrote them; only their lists of files to download are cut out.
func lockedFolder(t *testing.T, name string) fstest.MapFS {
	t.Helper()
	out := files("app.py", flaskApp)
	real := os.DirFS("testdata/" + name)
	names, err := fs.Glob(real, "*")
	if err != nil || len(names) == 0 {
		t.Fatalf("testdata/%s: %v", name, err)
	}
	for _, file := range names {
		text, err := fs.ReadFile(real, file)
		if err != nil {
			t.Fatal(err)
		}
		out[file] = &fstest.MapFile{Data: text}
	}
	return out
}

// without drops a file from a folder.
func without(fsys fstest.MapFS, name string) fstest.MapFS {
	delete(fsys, name)
	return fsys
}

// changed replaces text in a file, which must be there.
func changed(t *testing.T, fsys fstest.MapFS, file, old, now string) fstest.MapFS {
	t.Helper()
	text := string(fsys[file].Data)
	if !strings.Contains(text, old) {
		t.Fatalf("%s does not hold %q", file, old)
	}
	fsys[file] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(text, old, now))}
	return fsys
}

const flaskAndRequests = `blinker==1.9.0
certifi==2026.10.18
charset-normalizer==3.5.2
click==8.5.1
flask==3.1.3
idna==3.20
itsdangerous==2.2.0
jinja2==3.1.6
markupsafe==3.0.4
pysocks==1.7.1
requests==2.34.2
urllib3==2.8.0
werkzeug==3.1.9`

// TestLockFiles compares with what uv export, poetry export and pipenv
// requirements give for the same files, apart from markers for Pythons that the
// projects do not take.
func TestLockFiles(t *testing.T) {
	for _, test := range []struct{ folder, source, want string }{
		{"uv", "uv.lock", strings.Replace(flaskAndRequests, "urllib3", "tzdata==2026.6 ; sys_platform == 'win32'\nurllib3", 1)},
		{"uvfork", "uv.lock", `blinker==1.9.0
click==8.1.8 ; python_full_version < '3.13'
click==8.5.1 ; python_full_version >= '3.13'
colorama==0.4.6 ; python_full_version < '3.13' and sys_platform == 'win32'
flask==3.1.3
itsdangerous==2.2.0
jinja2==3.1.6
markupsafe==3.0.4
werkzeug==3.1.9`},
		{"poetry", "poetry.lock", `async-timeout==5.0.1 ; python_full_version < "3.11.3"` + "\n" + flaskAndRequests},
		{"poetry1", "poetry.lock", `async-timeout==5.0.1 ; python_full_version < "3.11.3"` + "\n" + flaskAndRequests},
		{"pep621", "poetry.lock", `blinker==1.9.0
click==8.5.1
flask==3.1.3
itsdangerous==2.2.0
jinja2==3.1.6
markupsafe==3.0.4
tzdata==2026.6 ; sys_platform == "win32"
werkzeug==3.1.9`},
		{"pipenv", "Pipfile.lock", `blinker==1.9.0 ; python_version >= '3.9'
certifi==2026.10.18 ; python_version >= '3.7'
charset-normalizer==3.5.2 ; python_version >= '3.7'
click==8.5.1 ; python_version >= '3.10'
colorama ; sys_platform == 'win32'
flask==3.1.3 ; python_version >= '3.9'
idna==3.20 ; python_version >= '3.9'
itsdangerous==2.2.0 ; python_version >= '3.8'
jinja2==3.1.6 ; python_version >= '3.7'
markupsafe==3.0.4 ; python_version >= '3.9'
pysocks==1.7.1 ; python_version >= '2.7' and python_version != '3.0' and python_version != '3.1' and python_version != '3.2' and python_version != '3.3'
requests[socks]==2.34.2 ; python_version >= '3.10'
urllib3==2.8.0 ; python_version >= '3.10'
werkzeug==3.1.9 ; python_version >= '3.9'`},
	} {
		t.Run(test.folder, func(t *testing.T) {
			found, err := Detect(lockedFolder(t, test.folder), Settings{})
			if err != nil {
				t.Fatal(err)
			}
			req := found.Requirements
			if got := strings.Join(req.Packages, "\n"); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if req.Source != test.source || !req.Locked || req.Files != nil || found.Warnings != nil {
				t.Errorf("got %+v, %q", req, found.Warnings)
			}
			named, err := Detect(lockedFolder(t, test.folder), Settings{Requirements: test.source})
			if err != nil || strings.Join(named.Requirements.Packages, "\n") != test.want {
				t.Errorf("named by app.requirements: got %+v, %v", named.Requirements, err)
			}
		})
	}
}

func TestLockPrecedence(t *testing.T) {
	both := lockedFolder(t, "uv")
	both["requirements.txt"] = &fstest.MapFile{Data: []byte("flask")}
	found, err := Detect(both, Settings{})
	if err != nil || found.Requirements.Source != "requirements.txt" {
		t.Errorf("got %+v, %v", found.Requirements, err)
	}
	if got := found.Reasons[len(found.Reasons)-2]; got != (Reason{"lock file not used", "uv.lock", "requirements.txt comes first"}) {
		t.Errorf("got %+v", found.Reasons)
	}
	found, err = Detect(both, Settings{Requirements: "uv.lock"})
	if err != nil || found.Requirements.Source != "uv.lock" {
		t.Errorf("got %+v, %v", found.Requirements, err)
	}
	two := lockedFolder(t, "uv")
	two["Pipfile.lock"] = &fstest.MapFile{Data: []byte("{}")}
	_, err = Detect(two, Settings{})
	if err == nil || err.Error() != `it is not clear which lock file is for the server (uv.lock, Pipfile.lock): set app.requirements = "uv.lock", or the other one, in slipway.toml` {
		t.Errorf("got %v", err)
	}
}

func TestLockRefused(t *testing.T) {
	const uvRoot = "version = 1\n[[package]]\nname = 'shop'\nversion = '1'\nsource = { virtual = '.' }\ndependencies = [{ name = 'lib' }]\n[[package]]\nname = 'lib'\nversion = '2'\n"
	const poetryPackage = "[[package]]\nname = 'lib'\nversion = '2'\noptional = false\ngroups = ['main']\n"
	for _, test := range []struct {
		name string
		fsys fstest.MapFS
		want string
	}{
		{"uv lacks a package", changed(t, lockedFolder(t, "uv"), "pyproject.toml", `"flask>=3"`, `"flask>=3", "New_Lib[x]>=1"`),
			"uv.lock has no new-lib, which pyproject.toml asks for: run: uv lock"},
		{"uv has a package only as an extra's", changed(t, lockedFolder(t, "uv"), "pyproject.toml", `"flask>=3"`, `"flask>=3", "redis>=5"`),
			"uv.lock has no redis, which pyproject.toml asks for: run: uv lock"},
		{"poetry lacks a package", changed(t, lockedFolder(t, "poetry"), "pyproject.toml", `flask = "^3.0"`, "flask = \"^3.0\"\nnewlib = \"*\""),
			"poetry.lock has no newlib, which pyproject.toml asks for: run: poetry lock"},
		{"pipenv lacks a package", changed(t, lockedFolder(t, "pipenv"), "Pipfile", `flask = "*"`, "flask = \"*\"\nnewlib = \"*\""),
			"Pipfile.lock has no newlib, which Pipfile asks for: run: pipenv lock"},
		{"uv, private index", files("app.py", flaskApp, "uv.lock", uvRoot+"source = { registry = 'https://pypi.example.org/simple' }\n"),
			"uv.lock takes lib from https://pypi.example.org/simple, which can't be installed"},
		{"uv, folder", files("app.py", flaskApp, "uv.lock", uvRoot+"source = { editable = 'libs/lib' }\n"),
			"uv.lock takes lib from libs/lib, which does not exist"},
		{"uv, by SSH", files("app.py", flaskApp, "uv.lock", uvRoot+"source = { git = 'ssh://git@example.org/lib?rev=x#0123' }\n"),
			"uv.lock takes lib from ssh://git@example.org/lib, which"},
		{"uv, no project", files("app.py", flaskApp, "uv.lock", "version = 1\n"), "uv.lock does not have the project of its own folder"},
		{"uv, later form", files("app.py", flaskApp, "uv.lock", "version = 2\n"), "uv.lock has the format version 2, which slipway can't read"},
		{"uv, broken", files("app.py", flaskApp, "uv.lock", "version = 1\n[[package\n"), "uv.lock line 2: "},
		{"an option for pip", files("app.py", flaskApp, "poetry.lock", "[[package]]\nname = '--index-url=https://example.org'\nversion = '2'\ngroups = ['main']\n"),
			`poetry.lock has a package "-index-url=https://example-org" in version "2", which is not valid`},
		{"a version that is more", files("app.py", flaskApp, "Pipfile.lock", `{"default": {"lib": {"version": "==1 @ x"}}}`),
			`Pipfile.lock has a package "lib" in version "1 @ x", which is not valid`},
		{"poetry, private index", files("app.py", flaskApp, "poetry.lock", poetryPackage+"[package.source]\ntype = 'legacy'\nurl = 'https://pypi.example.org/simple'\n"),
			"poetry.lock takes lib from https://pypi.example.org/simple, which"},
		{"poetry, folder", files("app.py", flaskApp, "poetry.lock", poetryPackage+"[package.source]\ntype = 'directory'\nurl = 'libs/lib'\n"),
			"poetry.lock takes lib from libs/lib, which"},
		{"poetry 1, several versions", files("app.py", flaskApp, "pyproject.toml", "[tool.poetry.dependencies]\nlib = '*'\n",
			"poetry.lock", "[[package]]\nname = 'lib'\nversion = '1'\n[[package]]\nname = 'lib'\nversion = '2'\n"), "poetry.lock has lib in several versions"},
		{"pipenv, private index", changed(t, lockedFolder(t, "pipenv"), "Pipfile.lock", "https://pypi.org/simple", "https://pypi.example.org/simple"),
			"Pipfile.lock takes blinker from https://pypi.example.org/simple, which"},
		{"pipenv, folder", files("app.py", flaskApp, "Pipfile.lock", `{"default": {"lib": {"path": "./lib", "editable": true}}}`),
			"Pipfile.lock takes lib from lib, which does not exist"},
		{"pipenv, broken", files("app.py", flaskApp, "Pipfile.lock", "{"), "Pipfile.lock can't be read: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Detect(test.fsys, Settings{})
			var usage *providers.Usage
			if !errors.As(err, &usage) || !strings.HasPrefix(err.Error(), test.want) || usage.Next == "" {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestLockStale(t *testing.T) {
	for name, fsys := range map[string]fstest.MapFS{
		"uv.lock is older than what pyproject.toml asks for: run uv lock":              changed(t, lockedFolder(t, "uv"), "pyproject.toml", "flask>=3", "flask>=4"),
		"poetry.lock is older than what pyproject.toml asks for: run poetry lock":      changed(t, lockedFolder(t, "poetry"), "pyproject.toml", `flask = "^3.0"`, `flask = "^3.1"`),
		"poetry.lock is older than what pyproject.toml asks for: run poetry lock to":   changed(t, lockedFolder(t, "pep621"), "pyproject.toml", "flask (>=3)", "flask (>=2)"),
		"Pipfile.lock is older than what Pipfile asks for: run pipenv lock to lock wh": changed(t, lockedFolder(t, "pipenv"), "Pipfile", `flask = "*"`, `flask = "<4"`),
	} {
		found, err := Detect(fsys, Settings{})
		if err != nil || len(found.Warnings) != 1 || !strings.HasPrefix(found.Warnings[0], name) {
			t.Errorf("%s: got %q, %v", name, found.Warnings, err)
		}
	}
	// A package that is taken from elsewhere has no version in the lock.
	elsewhere := changed(t, lockedFolder(t, "uv"), "uv.lock", `{ name = "flask", specifier = ">=3" }`, `{ name = "flask", git = "https://example.org/flask" }`)
	if found, err := Detect(elsewhere, Settings{}); err != nil || found.Warnings != nil {
		t.Errorf("got %q, %v", found.Warnings, err)
	}
	// Another way to write the same is no change.
	same := changed(t, lockedFolder(t, "uv"), "pyproject.toml", "requests[socks]>=2.31", "Requests[socks] >= 2.31")
	if found, err := Detect(same, Settings{}); err != nil || found.Warnings != nil {
		t.Errorf("got %q, %v", found.Warnings, err)
	}
}

// TestLockDecidesTheHash has a lock file that changes, and one that does not.
func TestLockDecidesTheHash(t *testing.T) {
	hash := func(fsys fstest.MapFS) string {
		t.Helper()
		found, err := Detect(fsys, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		sum, err := found.DependencyHash(fsys)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	want := hash(lockedFolder(t, "uv"))
	if hash(changed(t, lockedFolder(t, "uv"), "uv.lock", "3.1.3", "3.1.4")) == want {
		t.Error("another version of Flask changes nothing")
	}
	if hash(changed(t, lockedFolder(t, "uv"), "app.py", "__name__", "'x'")) != want {
		t.Error("a change of code changes the hash")
	}
	if hash(changed(t, lockedFolder(t, "uv"), "uv.lock", `name = "iniconfig"`+"\nversion = \"2", `name = "iniconfig"`+"\nversion = \"3")) != want {
		t.Error("a package for development changes the hash")
	}
}

func TestLockNeedsNoManifest(t *testing.T) {
	for folder, manifest := range map[string]string{"uv": "pyproject.toml", "poetry": "pyproject.toml", "pipenv": "Pipfile"} {
		found, err := Detect(without(lockedFolder(t, folder), manifest), Settings{})
		if err != nil || !found.Requirements.Locked || found.Warnings != nil {
			t.Errorf("%s: got %+v, %v", folder, found, err)
		}
	}
}
