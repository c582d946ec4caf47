package app

import (
	"strings"
	"testing"
	"testing/fstest"
)

const workspaceLock = `version = 1
[manifest]
members = ["admin", "lib", "web"]
[[package]]
name = "admin"
version = "0"
source = { virtual = "admin" }
dependencies = [{ name = "django" }]
[[package]]
name = "django"
version = "5.2"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "flask"
version = "3.1.3"
source = { registry = "https://pypi.python.org/simple/" }
[[package]]
name = "lib"
version = "3"
source = { editable = "packages/lib" }
dependencies = [{ name = "humanize" }, { name = "vendored" }]
[[package]]
name = "humanize"
version = "4"
source = { registry = "https://mirrors.aliyun.com/pypi/simple/" }
[[package]]
name = "vendored"
version = "1"
source = { path = "vendor/vendored-1-py3-none-any.whl" }
[[package]]
name = "web"
version = "0"
source = { WEB = "web" }
dependencies = [{ name = "flask" }, { name = "lib" }]
`

// workspace is a workspace with three members; served is the file that has the app, and
// kind how the member web is installed.
func workspace(served, kind string) fstest.MapFS {
	return files(served, flaskApp, "pyproject.toml", "[tool.uv.workspace]\nmembers=['*']\n", "uv.lock", strings.ReplaceAll(workspaceLock, "WEB", kind),
		"packages/lib/pyproject.toml", "", "web/pyproject.toml", "[project]\nname='web'\n", "admin/pyproject.toml", "", "vendor/vendored-1-py3-none-any.whl", "")
}

func TestWorkspace(t *testing.T) {
	const ofWeb = "./vendor/vendored-1-py3-none-any.whl flask==3.1.3 humanize==4"
	for _, test := range []struct {
		name               string
		fsys               fstest.MapFS
		packages, projects string
	}{
		{"a member is served", workspace("web/shop/__init__.py", "virtual"), ofWeb, "packages/lib"},
		{"a member that is a package is served", workspace("web/shop/__init__.py", "editable"), ofWeb, "packages/lib web"},
		{"another member is served", workspace("admin/app.py", "virtual"), "django==5.2", ""},
		{"no member is served", workspace("app.py", "virtual"), "./vendor/vendored-1-py3-none-any.whl django==5.2 flask==3.1.3 humanize==4", "packages/lib"},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, err := Detect(test.fsys, Settings{})
			if err != nil {
				t.Fatal(err)
			}
			req := found.Requirements
			if packages, projects := strings.Join(req.Packages, " "), strings.Join(req.Projects, " "); packages != test.packages || projects != test.projects {
				t.Errorf("got %q and the projects %q, want %q and %q", packages, projects, test.packages, test.projects)
			}
			if req.Paths != strings.Contains(test.packages, "./") {
				t.Errorf("paths: %t", req.Paths)
			}
		})
	}
}

func TestLockedProjects(t *testing.T) {
	for _, test := range []struct{ name, file, text, packages, projects string }{
		{"Poetry's folder and file", "poetry.lock", `[[package]]
name = "lib"
version = "2"
groups = ["main"]
[package.source]
type = "directory"
url = "libs/lib"
[[package]]
name = "vendored"
version = "1"
groups = ["main"]
[package.source]
type = "file"
url = "vendor/x-1.tar.gz"
`, "./vendor/x-1.tar.gz", "libs/lib"},
		{"Pipenv's folder and file", "Pipfile.lock", `{"default": {"lib": {"path": "./libs/lib", "editable": true}, "x": {"file": "vendor/x-1.tar.gz"}}}`, "./vendor/x-1.tar.gz", "libs/lib"},
		{"PyPI by its old address", "Pipfile.lock", `{"_meta": {"sources": [{"name": "pypi", "url": "https://pypi.python.org/simple", "verify_ssl": true}]}, "default": {"flask": {"version": "==3.1.3", "index": "pypi"}}}`, "flask==3.1.3", ""},
		{"PyPI without encryption", "Pipfile.lock", `{"_meta": {"sources": [{"name": "pypi", "url": "http://pypi.org/simple/"}]}, "default": {"flask": {"version": "==3.1.3"}}}`, "flask==3.1.3", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, err := Detect(files("app.py", flaskApp, test.file, test.text, "libs/lib/setup.py", "", "vendor/x-1.tar.gz", ""), Settings{})
			if err != nil {
				t.Fatal(err)
			}
			req := found.Requirements
			if packages, projects := strings.Join(req.Packages, " "), strings.Join(req.Projects, " "); packages != test.packages || projects != test.projects {
				t.Errorf("got %q and the projects %q, want %q and %q", packages, projects, test.packages, test.projects)
			}
		})
	}
}
