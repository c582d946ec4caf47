package app

import (
	"io/fs"
	"strings"
	"testing"
)

// TestListsBesideApp reads the lists that lie in the app's folder, when the root has none.
func TestListsBesideApp(t *testing.T) {
	for name, test := range map[string]struct {
		fsys                   fs.FS
		packages, from, python string
	}{
		"requirements.txt": {files("backend/app.py", flaskApp, "backend/requirements.txt", "flask\n", "backend/.python-version", "3.12\n"), "", "backend/requirements.txt", "3.12"},
		"pyproject of a workspace's member": {files("pyproject.toml", "[tool.uv.workspace]\nmembers = ['backend']\n",
			"backend/shop/__init__.py", flaskApp, "backend/pyproject.toml", "[project]\nname = 'backend'\nrequires-python = '>=3.11'\ndependencies = ['flask', 'humanize']\n"), "flask|humanize", "backend/pyproject.toml", ">=3.11"},
		"Poetry":           {files("server/app.py", flaskApp, "server/pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.10'\nflask = '^3'\n"), "flask>=3,<4", "server/pyproject.toml", ">=3.10,<4"},
		"Pipfile":          {files("api/app.py", flaskApp, "api/Pipfile", "[packages]\nflask = '*'\n[requires]\npython_version = '3.11'\n"), "flask", "api/Pipfile", "3.11"},
		"setup.cfg":        {files("api/app.py", flaskApp, "api/setup.cfg", "[options]\npython_requires = >=3.9\ninstall_requires = flask\n"), "flask", "api/setup.cfg", ">=3.9"},
		"dynamic":          {files("api/app.py", flaskApp, "api/pyproject.toml", "[project]\nname = 'x'\ndynamic = ['dependencies']\n[tool.setuptools.dynamic]\ndependencies = {file = ['needs.txt']}\n", "api/needs.txt", "flask\n"), "", "api/needs.txt", ""},
		"build's own":      {files("api/app.py", flaskApp, "api/pyproject.toml", "[project]\nname = 'x'\ndynamic = ['dependencies']\n"), "./api", "api/pyproject.toml", ""},
		"Pipfile.lock":     {files("api/app.py", flaskApp, "api/Pipfile.lock", `{"default": {"flask": {"version": "==3.1.1"}}}`), "flask==3.1.1", "api/Pipfile.lock", ""},
		"the root's first": {files("api/app.py", flaskApp, "requirements.txt", "flask\n", "api/requirements.txt", "django\n", "api/.python-version", "3.11", ".python-version", "3.12"), "", "requirements.txt", "3.11"},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := Detect(test.fsys, Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(found.Requirements.Packages, "|"); got != test.packages || found.Requirements.Source != test.from {
				t.Errorf("requirements: got %s from %s, want %s from %s", got, found.Requirements.Source, test.packages, test.from)
			}
			if found.PythonVersion != test.python {
				t.Errorf("Python: got %q, want %q", found.PythonVersion, test.python)
			}
		})
	}
}
