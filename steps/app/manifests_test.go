package app

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"slipway/providers"
)

func TestVersionRange(t *testing.T) {
	for constraint, want := range map[string]string{
		"*": "", "": "", "^1.2.3": ">=1.2.3,<2", "^1": ">=1,<2", "^0.2.3": ">=0.2.3,<0.3", "^0.0.3": ">=0.0.3,<0.0.4",
		"^0.0": ">=0.0,<0.1", "^0": ">=0,<1", "~1.2.3": ">=1.2.3,<1.3", "~1.2": ">=1.2,<1.3", "~1": ">=1,<2", "~=1.2": "~=1.2",
		"1.2.3": "==1.2.3", "=1.2": "==1.2", "==1.2": "==1.2", "1.*": "==1.*", "==1.2.*": "==1.2.*", ">=1,<2": ">=1,<2",
		">= 1, < 2": ">=1,<2", ">=1 <2": ">=1,<2", "!=1.5,>1": "!=1.5,>1", "^1.0b1": ">=1.0b1,<2", "^2024.1": ">=2024.1,<2025",
	} {
		if got, ok := versionRange(constraint); !ok || got != want {
			t.Errorf("%q: got %q, %t, want %q", constraint, got, ok, want)
		}
	}
	for _, constraint := range []string{"^1 || ^2", "latest", ">=1.*", "^", "1 --index-url=x", "1;x"} {
		if got, ok := versionRange(constraint); ok {
			t.Errorf("%q is taken as %q", constraint, got)
		}
	}
}

// TestManifests reads the lists that are neither locked nor requirements files.
func TestManifests(t *testing.T) {
	for _, test := range []struct {
		name string
		fsys fs.FS
		// want are the files, packages and projects; the source is behind it.
		want, source, python string
	}{
		{"Poetry", files("app.py", flaskApp, "pyproject.toml", `[tool.poetry.dependencies]
python = "^3.10"
flask = "^3.0"
Requests = { version = "*", extras = ["socks"] }
colorama = { version = "^0.4", platform = "win32" }
tomli = { version = "^2", python = "<3.11" }
redis = { version = "^5", optional = true }
lib = { git = "https://example.org/lib.git", tag = "v1" }
shared = { path = "libs/shared", develop = true }
web = { url = "https://example.org/web-1.zip" }
numpy = [{ version = "^1", python = "<3.12" }, { version = "^2", python = ">=3.12" }]
[tool.poetry.group.dev.dependencies]
pytest = "*"
`, "libs/shared/setup.py", ""),
			`./libs/shared|Requests[socks]|colorama>=0.4,<0.5 ; sys_platform == "win32"|flask>=3.0,<4|lib @ git+https://example.org/lib.git@v1|numpy>=1,<2 ; python_version < "3.12"|numpy>=2,<3 ; python_version >= "3.12"|tomli>=2,<3 ; python_version < "3.11"|web @ https://example.org/web-1.zip`, "pyproject.toml", ">=3.10,<4"},
		{"Pipfile", files("app.py", flaskApp, "Pipfile", `[[source]]
url = "https://pypi.python.org/simple"
name = "pypi"
[packages]
flask = "*"
requests = {extras = ["socks"], version = ">=2,<3"}
colorama = {version = "*", sys_platform = "== 'win32'"}
lib = {git = "https://example.org/lib.git", ref = "main"}
shared = {path = "./libs/shared", editable = true}
[dev-packages]
pytest = "*"
[requires]
python_version = "3.12"
`, "libs/shared/setup.py", ""), "./libs/shared|colorama ; sys_platform == 'win32'|flask|lib @ git+https://example.org/lib.git@main|requests[socks]>=2,<3", "Pipfile", "3.12"},
		{"setup.cfg", files("app.py", flaskApp, "setup.py", "from setuptools import setup\nsetup()\n", "setup.cfg", "[metadata]\nname = shop\n[options]\npython_requires = >=3.10\ninstall_requires =\n    flask\n    # a note\n    requests>=2  # with a reason\n[options.extras_require]\ntest = pytest\n"), "flask|requests>=2", "setup.cfg", ">=3.10"},
		{"setup.cfg names no file", files("app.py", flaskApp, "setup.cfg", "[options]\ninstall_requires = file:\n"), "Flask", "imports in app.py", ""},
		{"conda with a repository", files("app.py", flaskApp, "environment.yml", "dependencies:\n- pip:\n  - flask\n  - -e git+https://example.org/lib#egg=lib\n"), "flask|git+https://example.org/lib#egg=lib", "environment.yml", ""},
		{"setup.cfg names a file", files("app.py", flaskApp, "setup.cfg", "[options]\ninstall_requires = file: deps.txt\n", "deps.txt", "flask\n"), "deps.txt", "deps.txt", ""},
		{"setup.py", files("app.py", flaskApp, "setup.py", "import setuptools\nNEEDS = [\n    'flask',\n    \"requests>=2\",\n]\nsetuptools.setup(name='shop', install_requires=NEEDS, python_requires='>=3.9')\n"), "flask|requests>=2", "setup.py", ">=3.9"},
		{"setup.py that computes", files("app.py", flaskApp, "setup.py", "from setuptools import setup\nsetup(name='shop', install_requires=open('x').read().split())\n"), ".", "setup.py", ""},
		{"dynamic, from a file", files("app.py", flaskApp, "pyproject.toml", "[project]\nname='x'\ndynamic=['dependencies']\n[tool.setuptools.dynamic]\ndependencies={file=['deps/run.txt']}\n", "deps/run.txt", "flask\n"), "deps/run.txt", "deps/run.txt", ""},
		{"dynamic, by the build", files("app.py", flaskApp, "pyproject.toml", "[build-system]\nrequires=['hatchling']\n[project]\nname='x'\ndynamic=['dependencies']\n"), ".", "pyproject.toml", ""},
		{"conda", files("app.py", flaskApp, "environment.yml", "name: shop\nchannels: [conda-forge]\ndependencies:\n  - python=3.11.4\n  - pip\n  - openssl=3.0.8=h7f8727e_0\n  - conda-forge::flask=3.0\n  - requests=2.31.0=py311_0\n  - numpy>=1.26\n  - pytorch\n  - pip:\n      - humanize==4\n"), "Flask==3.0.*|humanize==4|numpy>=1.26|requests==2.31.0|torch", "environment.yml", "3.11"},
		{"conda with a file for pip", files("app.py", flaskApp, "environment.yaml", "dependencies:\n  - python\n  - pip:\n      - -r deps.txt\n", "deps.txt", "flask"), "deps.txt", "environment.yaml", ""},
	} {
		t.Run(test.name, func(t *testing.T) { listsRequirements(t, test.fsys, test.want, test.source, test.python) })
	}
}

// TestOtherRequirementsFiles chooses among files that are not named requirements.txt.
func TestOtherRequirementsFiles(t *testing.T) {
	for _, test := range []struct {
		name                 string
		fsys                 fs.FS
		want, source, python string
	}{
		{"for production", files("app.py", flaskApp, "requirements/base.txt", "flask\n", "requirements/dev.txt", "-r base.txt\n", "requirements/production.txt", "-r base.txt\n"), "requirements/production.txt", "requirements/production.txt", ""},
		{"for production, beside a base", files("app.py", flaskApp, "requirements/base.txt", "flask\n", "requirements/prod.txt", "gunicorn\n"), "requirements/base.txt|requirements/prod.txt", "requirements/prod.txt", ""},
		{"not for development", files("app.py", flaskApp, "requirements/base.txt", "flask\n", "requirements/dev.txt", "pytest\n", "requirements/docs.txt", ""), "requirements/base.txt", "requirements/base.txt", ""},
		{"in a folder", files("app.py", flaskApp, "requirements/requirements.txt", "flask\n"), "requirements/requirements.txt", "requirements/requirements.txt", ""},
		{"in", files("app.py", flaskApp, "requirements.in", "flask\n", "requirements-dev.txt", "pytest\n"), "requirements.in", "requirements.in", ""},
		{"only for development", files("app.py", flaskApp, "requirements-dev.txt", "pytest\n"), "Flask", "imports in app.py", ""},
		{"short name", files("app.py", flaskApp, "req.txt", "flask\n"), "req.txt", "req.txt", ""},
		{"capital letters", files("app.py", flaskApp, "Requirements.txt", "flask\n"), "Requirements.txt", "Requirements.txt", ""},
	} {
		t.Run(test.name, func(t *testing.T) { listsRequirements(t, test.fsys, test.want, test.source, test.python) })
	}
}

func listsRequirements(t *testing.T, fsys fs.FS, want, source, python string) {
	t.Helper()
	found, err := Detect(fsys, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	req := found.Requirements
	got := strings.Join(append(append(req.Files, req.Packages...), req.Projects...), "|")
	if got != want || req.Source != source || found.PythonVersion != python {
		t.Errorf("got  %s from %s for %q\nwant %s from %s for %q", got, req.Source, found.PythonVersion, want, source, python)
	}
}

func TestCondaRefused(t *testing.T) {
	for _, test := range []struct{ text, what, next string }{
		{"dependencies:\n  - python\n  - somelib=2.0\n", "environment.yml line 3 asks conda for somelib", "such as somelib==2.0.*"},
		{"dependencies:\n  - ffmpeg\n", "environment.yml line 2 asks conda for ffmpeg", "such as ffmpeg"},
		{"dependencies: [flask\n", "environment.yml is no list of packages", "correct the file"},
		{"dependencies:\n  - -c x\n", "environment.yml line 2 has", "- pip:"},
	} {
		_, err := Detect(files("app.py", flaskApp, "environment.yml", test.text), Settings{})
		usage, ok := errors.AsType[*providers.Usage](err)
		if !ok || !strings.HasPrefix(usage.Error(), test.what) || !strings.Contains(usage.Next, test.next) {
			t.Errorf("%q: got %v", test.text, err)
		}
	}
}
