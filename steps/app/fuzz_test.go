package app

import (
	"errors"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"slipway/providers"
)

// Each target of this folder runs for ten minutes with
//
//	go test ./steps/app -fuzz=FuzzProcfile -fuzztime=10m -fuzzminimizetime=10x
//
// Without -fuzzminimizetime, most of the time goes into making new inputs shorter.

// detects reads an app. Whatever its files say, it must come to an end soon, be the same
// each time, and have nothing in it that would become another line of a unit, a shell or
// a requirements file. GunicornArgs are words, which are quoted where they are used. An error for the app's owner must be readable.
func detects(t *testing.T, fsys fstest.MapFS, settings Settings) (Found, error) {
	t.Helper()
	var found Found
	var err error
	endsSoon(t, "the app", func() { found, err = Detect(fsys, settings) })
	if err != nil {
		if usage, ok := errors.AsType[*providers.Usage](err); ok && usage.Err.Error() == "" {
			t.Error("an error that says nothing")
		}
		if !utf8.ValidString(err.Error()) {
			t.Errorf("got %q", err)
		}
		return found, err
	}
	if again, _ := Detect(fsys, settings); !reflect.DeepEqual(again, found) {
		t.Errorf("got %+v, then %+v", found, again)
	}
	lines := slices.Concat([]string{found.Target, found.PythonPath, found.Command, found.Release, found.Build, found.PythonVersion, found.SettingsModule},
		slices.Collect(maps.Values(found.Processes)), slices.Collect(maps.Keys(found.Processes)), found.Requirements.Packages, found.Requirements.Files, found.BuildFolders)
	for _, line := range lines {
		if strings.ContainsAny(line, "\x00\n\r") {
			t.Errorf("got more than one line: %q", line)
		}
	}
	for _, name := range slices.Concat(found.Packages, found.BuildPackages) {
		if !debianName.MatchString(name) {
			t.Errorf("apt is given %q", name)
		}
	}
	for _, folder := range found.BuildFolders {
		if !fs.ValidPath(folder) {
			t.Errorf("the build may write to %q", folder)
		}
	}
	return found, nil
}

func FuzzProcfile(f *testing.F) {
	for _, text := range []string{
		"web: gunicorn app:app --bind 0.0.0.0:$PORT\nworker: celery -A app worker\nrelease: python manage.py migrate",
		"web: python manage.py migrate && gunicorn app:app", "web: cd backend && sh start.sh", "web: gunicorn $'x\\nUser=root' app:app", "web: \"", "web:", "a b: c",
		"web: uvicorn app:app --port ${PORT:-8000}\r\nweb: x", "w\u00e9b: x", "web: gunicorn -c gunicorn.conf.py --chdir .. app:app \\", "clock: python -c 'x'\n#\n\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = detects(t, fstest.MapFS{"app.py": {Data: []byte("from flask import Flask\napp = Flask(__name__)\n")}, Procfile: {Data: []byte(text)}, "start.sh": {Data: []byte("exec gunicorn app:app\n")}}, Settings{})
	})
}

// FuzzManifests has the other files that say which packages an app needs, and for which
// Python.
func FuzzManifests(f *testing.F) {
	for name, text := range map[string]string{
		"pyproject.toml":     "[project]\nname='x'\ndynamic=['dependencies']\ndependencies=['flask>=2; python_version<\"3.9\"']\nrequires-python='>=3.11'\n[project.scripts]\nx='a:b'\n[tool.uv.sources]\nx={path='libs/x'}\n[tool.uv.workspace]\nmembers=['libs/*']\n[tool.poetry.dependencies]\npython='^3.11'\nflask={version='^2',extras=['async']}\n",
		"setup.cfg":          "[metadata]\nname = x\n[options]\npython_requires = >=3.8\ninstall_requires =\n    flask\n    x[y]>=1 # z\n",
		"setup.py":           "from setuptools import setup\nsetup(name='x', install_requires=['flask', \"a==1\"], python_requires='>=3')\n",
		"Pipfile":            "[packages]\nflask='*'\nx={git='https://example.org/x',ref='a'}\n[requires]\npython_version='3.11'\n",
		"environment.yml":    "name: x\nchannels: [conda-forge]\ndependencies:\n  - python=3.11\n  - flask>=2\n  - pip:\n    - x==1\n",
		"requirements.in":    "flask\n-c requirements.txt\n",
		"requirements.txt":   "flask==2.0 \\\n  --hash=sha256:00\n-e .\n-r requirements.in\nx @ file:///x\ngit+https://example.org/x#egg=y\nx [z] ; sys_platform == 'win32' # c\n--index-url https://example.org\n",
		".python-version":    "3.11.4\n",
		"runtime.txt":        "python-3.11.4\n",
		"gunicorn.conf.py":   "workers = 2\nbind = 'x'\ntimeout = 30\n",
		"package.json":       `{"scripts":{"build":"vite build"},"devDependencies":{"vite":"^4"}}`,
		"production.ini":     "[app:main]\nuse = egg:x\n[server:main]\nport = 80\n",
		Aptfile:              "ffmpeg\n# x\nlibmagic1 git\nhttps://example.org/x.deb\n:repo:x\n",
		"Dockerfile":         "FROM python:3.11\nCMD [\"gunicorn\", \"app:app\"]\n",
		"alembic.ini":        "[alembic]\nscript_location = x\n",
		"mysite/settings.py": "STATIC_ROOT = BASE_DIR / 'x'\nALLOWED_HOSTS = os.environ.get('H', '').split(',')\n",
	} {
		f.Add(name, text)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		if !fs.ValidPath(name) || name == "." || name == "app.py" || strings.HasPrefix(name, "app.py/") {
			t.Skip()
		}
		_, _ = detects(t, fstest.MapFS{"app.py": {Data: []byte("from flask import Flask\napp = Flask(__name__)\n")}, name: {Data: []byte(text)}}, Settings{})
	})
}

// FuzzRequirements has lines of a requirements file, and of what it includes.
func FuzzRequirements(f *testing.F) {
	for _, text := range []string{
		"flask==2.0\n", "-r more.txt\n-c more.txt\n-r requirements.txt\n", "-e git+ssh://git@example.org/x@v1#egg=x\n", "./libs/x[y]\n", "x==1;python_version<'3'\n",
		"x \\\n --hash=sha256:00 \\\n --hash=x\n", "--extra-index-url=https://u:p@example.org/simple x\n", "x===1.*,!=2,~=3\n", "X_y.z [a , b] @ https://example.org/x.whl ; x\n", "${A}==1\n", "\t#\n\\\n",
	} {
		f.Add(text, "x>=1\n")
	}
	f.Fuzz(func(t *testing.T, text, more string) {
		fsys := fstest.MapFS{"app.py": {Data: []byte("from flask import Flask\napp = Flask(__name__)\n")}, "requirements.txt": {Data: []byte(text)}, "more.txt": {Data: []byte(more)}}
		found, err := detects(t, fsys, Settings{})
		if err == nil {
			_, err = found.DependencyHash(fsys)
		}
		if err == nil {
			_, _ = found.Pins(fsys)
		}
	})
}

// FuzzSettings reads a slipway.toml. What is written of what was found must be one too.
func FuzzSettings(f *testing.F) {
	for _, text := range []string{
		"name = 'x'\ndomain = ['a.example.org']\n[app]\nwsgi = 'app:app'\ndata = ['x/', '/tmp/y']\npackages = ['ffmpeg']\n[app.processes]\nworker = 'x'\n[app.static]\n'/static/' = 's'\n",
		"[app]\ncommand = \"gunicorn 'a\\\\nb' app:app\"\nrelease='true'\nbuild='x'\nbuild-folders=['y']\n", "[limits]\nupload='200M'\nrequest='10m'\nstop=2\n", "[health]\npath='/x'\nstatus=200\ntime=3\n[env]\nA='b'\n",
		"domain = 1", "x", "[app]\nx=1", "[app]\npython='>=3'\nrequirements='requirements.txt'\n", "[app.processes]\n'a b'='x'\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fsys := fstest.MapFS{"app.py": {Data: []byte("from flask import Flask\napp = Flask(__name__)\n")}, "requirements.txt": {Data: []byte("flask\n")}, SettingsFile: {Data: []byte(text)}}
		file, err := ReadSettings(fsys)
		if err != nil {
			return
		}
		found, err := detects(t, fsys, file.App)
		if err != nil {
			return
		}
		written := WriteSettings(found, "x", file.Health)
		if _, err := ReadSettings(fstest.MapFS{SettingsFile: {Data: []byte(written)}}); err != nil {
			t.Errorf("what is written can't be read: %v\n%s", err, written)
		}
	})
}
