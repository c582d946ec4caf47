package app

import (
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"slipway/providers"
)

// files makes a folder of names and contents in turn.
func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1]), Mode: 0o644}
	}
	return fsys
}

const flaskApp = "from flask import Flask\napp = Flask(__name__)\n"

func TestDetectTarget(t *testing.T) {
	for _, test := range []struct {
		name                                  string
		fsys                                  fs.FS
		target, pythonPath, framework, server string
	}{
		{"module", files("server.py", flaskApp), "server:app", "", "flask", "wsgi"},
		{"other name", files("web.py", "import flask as f\nsite = f.Flask('x')\n"), "web:site", "", "flask", "wsgi"},
		{"aliased class", files("web.py", "from flask import Flask as F\nx = F(__name__)\n"), "web:x", "", "flask", "wsgi"},
		{"annotated", files("web.py", "import flask\nx: flask.Flask = flask.Flask(\n    __name__,\n)\n"), "web:x", "", "flask", "wsgi"},
		{"in try and if", files("web.py", "import os\ntry:\n    import flask\n    if os.name:\n        x = flask.Flask('a')\nexcept OSError: raise\n"), "web:x", "", "flask", "wsgi"},
		{"on one line", files("web.py", "import flask; x = flask.Flask('a')"), "web:x", "", "flask", "wsgi"},
		{"chain", files("web.py", "import flask\napp = x = flask.Flask('a')\n"), "web:app", "", "flask", "wsgi"},
		{"own class", files("web.py", "import flask\nclass Shop(flask.Flask):\n    x = 1\napp = Shop('a')\n"), "web:app", "", "flask", "wsgi"},
		{"star import", files("web.py", "from flask import *\napp = Flask('a')\n"), "web:app", "", "flask", "wsgi"},
		{"string is no code", files("web.py", "'''\nfrom flask import Flask\nother = Flask(1)\n'''\n"+flaskApp), "web:app", "", "flask", "wsgi"},
		{"comment is no code", files("web.py", flaskApp+"# other = Flask(1)\n"), "web:app", "", "flask", "wsgi"},
		{"extension is no app", files("web.py", flaskApp+"from flask_restful import Api\napi = Api(app)\n"), "web:app", "", "flask", "wsgi"},
		{"package", files("shop/__init__.py", flaskApp), "shop:app", "", "flask", "wsgi"},
		{"module in package", files("shop/__init__.py", "", "shop/web.py", flaskApp), "shop.web:app", "", "flask", "wsgi"},
		{"src layout", files("src/shop/__init__.py", flaskApp), "shop:app", "src", "flask", "wsgi"},
		{"script in folder", files("app/app.py", flaskApp), "app:app", "app", "flask", "wsgi"},
		{"script beside its module", files("app/app.py", "import bank\n"+flaskApp, "app/bank.py", ""), "app:app", "app", "flask", "wsgi"},
		{"folder without init, from the root", files("app/main.py", "from app.routers import x\nfrom fastapi import FastAPI\napp = FastAPI()\n", "app/routers.py", "x = 1"), "app.main:app", "", "fastapi", "asgi"},
		{"folder without init, relative", files("app/main.py", "from . import routers\nfrom fastapi import FastAPI\napp = FastAPI()\n", "app/routers.py", "x = 1"), "app.main:app", "", "fastapi", "asgi"},
		{"factory", files("shop/__init__.py", "from flask import Flask\ndef create_app(config=None, *, test=False):\n    app = Flask(__name__)\n    return app\n"), "shop:create_app()", "", "flask", "wsgi"},
		{"factory with local import", files("shop/__init__.py", "def create_app():\n    from flask import Flask\n    return Flask(__name__)\n"), "shop:create_app()", "", "flask", "wsgi"},
		{"factory by its return type", files("web.py", "from flask import Flask\nimport x\ndef make_app() -> Flask:\n    return x.build(1)\n"), "web:make_app()", "", "flask", "wsgi"},
		{"factory called in its module", files("web.py", "from flask import Flask\ndef create_app(name):\n    return Flask(name)\napp = create_app('a')\n"), "web:app", "", "flask", "wsgi"},
		{"wsgi.py imports", files("wsgi.py", "from shop import app as application\n", "shop/__init__.py", flaskApp), "wsgi:application", "", "flask", "wsgi"},
		{"wsgi.py calls a factory", files("wsgi.py", "from shop.web import create_app\napp = create_app('x')\nif __name__ == '__main__':\n    app.run()\n", "shop/__init__.py", "", "shop/web.py", "import flask\ndef create_app(c):\n    return flask.Flask(c)\n"), "wsgi:app", "", "flask", "wsgi"},
		{"wsgi.py wraps", files("wsgi.py", "from web import app\nfrom werkzeug.middleware.proxy_fix import ProxyFix\napplication = ProxyFix(app)\n", "web.py", flaskApp), "wsgi:application", "", "flask", "wsgi"},
		{"run.py runs", files("run.py", "from shop import app\napp.run(debug=True)\n", "shop/__init__.py", flaskApp), "shop:app", "", "flask", "wsgi"},
		{"run.py makes", files("run.py", "from shop import create_app\napp = create_app()\n", "manage.py", "from shop import create_app\napp = create_app()\n", "shop/__init__.py", "import flask\ndef create_app():\n    return flask.Flask('a')\n"), "run:app", "", "flask", "wsgi"},
		{"mounted app", files("main.py", "from fastapi import FastAPI\nfrom api import app as api\napp = FastAPI()\napp.mount('/api', api)\n", "api.py", "from fastapi import FastAPI\napp = FastAPI()\n"), "main:app", "", "fastapi", "asgi"},
		{"two in one module", files("main.py", "from fastapi import FastAPI\nv1 = FastAPI()\napp = FastAPI()\n"), "main:app", "", "fastapi", "asgi"},
		{"tests are aside", files("web.py", flaskApp, "tests/web.py", flaskApp, "test_web.py", flaskApp, "docs/conf.py", flaskApp, "examples/a.py", flaskApp), "web:app", "", "flask", "wsgi"},
		{"venv is aside", files("web.py", flaskApp, "py/pyvenv.cfg", "", "py/lib/x.py", flaskApp, ".hidden/x.py", flaskApp), "web:app", "", "flask", "wsgi"},
		{"django", files("manage.py", "import os\n", "shop/__init__.py", "", "shop/wsgi.py", "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n", "shop/asgi.py", "from django.core.asgi import get_asgi_application\napplication = get_asgi_application()\n"), "shop.wsgi:application", "", "django", "wsgi"},
		{"django in a folder", files("site/manage.py", "", "site/shop/__init__.py", "", "site/shop/wsgi.py", "import django.core.wsgi\napplication = django.core.wsgi.get_wsgi_application()\n"), "shop.wsgi:application", "site", "django", "wsgi"},
		{"starlette", files("main.py", "from starlette.applications import Starlette\napp = Starlette(routes=[])\n"), "main:app", "", "starlette", "asgi"},
		{"dash", files("main.py", "import dash\napp = dash.Dash(__name__)\nserver = app.server\n"), "main:server", "", "flask", "wsgi"},
		{"ignored", files("web.py", flaskApp, "old/web.py", flaskApp, "b.py", flaskApp, ".slipwayignore", "old/\nb.py\n"), "web:app", "", "flask", "wsgi"},
		{"under main only is no app", files("web.py", flaskApp, "cli.py", "import flask\nif __name__ == '__main__':\n    app = flask.Flask('x')\n"), "web:app", "", "flask", "wsgi"},
	} {
		t.Run(test.name, func(t *testing.T) {
			fsys := test.fsys.(fstest.MapFS)
			fsys["requirements.txt"] = &fstest.MapFile{Data: []byte("x")}
			got, err := Detect(fsys, Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Target != test.target || got.PythonPath != test.pythonPath || got.Framework != test.framework || got.Server != test.server {
				t.Errorf("got %q in %q, %s, %s", got.Target, got.PythonPath, got.Framework, got.Server)
			}
		})
	}
}

func TestDetectRefuses(t *testing.T) {
	for _, test := range []struct {
		name     string
		fsys     fs.FS
		settings Settings
		want     string
	}{
		{"empty", files(), Settings{Folder: "/srv/x"}, `no Python web app was found in /srv/x: set app.wsgi = "module:object" in slipway.toml`},
		{"no app", files("a.py", "print 'hello'\n"), Settings{}, `no Python web app was found in this folder: set app.wsgi = "module:object" in slipway.toml`},
		{"two", files("a.py", flaskApp, "b.py", flaskApp), Settings{}, `2 web apps were found in this folder (a:app in a.py line 2, b:app in b.py line 2): set app.wsgi = "a:app", or the other one, in slipway.toml`},
		{"two in one", files("a.py", "import flask\nx = flask.Flask('x')\ny = flask.Flask('y')\n"), Settings{}, `2 web apps were found in this folder (a:x in a.py line 2, a:y in a.py line 3): set app.wsgi = "a:x", or the other one, in slipway.toml`},
		{"factory with arguments", files("a.py", "import flask\ndef create_app(config):\n    return flask.Flask('x')\n"), Settings{}, `create_app in a.py line 2 makes the app but needs arguments that are not known: set app.wsgi = "a:create_app(…)" with them in slipway.toml`},
		{"unknown import", files("a.py", "import reqeusts\n"+flaskApp), Settings{}, "a.py line 1 imports reqeusts, and it is not known what has to be installed for it: list what the app needs in requirements.txt, or name such a file with app.requirements in slipway.toml"},
		{"alternatives", files("a.py", flaskApp, "pyproject.toml", "[tool.poetry.dependencies]\npython='^3.11'\nflask='^2 || ^3'\n"), Settings{}, `pyproject.toml asks for flask "^2 || ^3", which can't be written as one range of versions: make its lock file (poetry lock or pipenv lock), or write one range`},
		{"private index", files("a.py", flaskApp, "Pipfile", "[[source]]\nname='own'\nurl='https://pypi.example.org/simple'\n[packages]\nflask='*'\n"), Settings{}, "Pipfile takes flask from https://pypi.example.org/simple, which can't be installed on the server as it is"},
		{"folder of lists", files("a.py", flaskApp, "requirements/web.txt", "", "requirements/worker.txt", ""), Settings{}, `it is not clear which requirements file is for the server (requirements/web.txt, requirements/worker.txt): set app.requirements = "requirements/worker.txt", or another one, in slipway.toml`},
		{"broken pyproject", files("a.py", flaskApp, "pyproject.toml", "[project\n"), Settings{}, "pyproject.toml line 1: "},
		{"no such list", files("a.py", flaskApp), Settings{Requirements: "req.txt"}, "app.requirements names req.txt, which is not in this folder: correct app.requirements in slipway.toml"},
		{"list outside", files("a.py", flaskApp), Settings{Requirements: "../req.txt"}, `app.requirements = "../req.txt" is not a path inside`},
		{"wsgi form", files("a.py", flaskApp), Settings{WSGI: "a.py"}, `app.wsgi = "a.py" is not of the form module:object`},
		{"wsgi for asgi", files("a.py", "from fastapi import FastAPI\napp = FastAPI()\n"), Settings{WSGI: "a:app"}, `app.wsgi = "a:app" is a fastapi app, which speaks ASGI: set app.asgi = "a:app" in slipway.toml instead`},
		{"both", files("a.py", flaskApp), Settings{WSGI: "a:app", ASGI: "a:app"}, "app.wsgi and app.asgi are both set: keep one of them in slipway.toml"},
		{"python", files("a.py", flaskApp), Settings{Python: "new"}, `app.python = "new" is no version of Python`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Detect(test.fsys, test.settings)
			var usage *providers.Usage
			if !errors.As(err, &usage) {
				t.Fatalf("got %v", err)
			}
			if !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got  %s\nwant %s", err, test.want)
			}
			if usage.Hint() == "" {
				t.Error("there is no hint")
			}
		})
	}
}

func TestDetectSettings(t *testing.T) {
	two := files("a.py", flaskApp, "lib/b.py", flaskApp)
	got, err := Detect(two, Settings{WSGI: "b:app", TestCommand: "pytest", Python: ">=3.11"})
	if err != nil {
		t.Fatal(err)
	}
	want := Found{
		Framework: "flask", Server: "wsgi", Target: "b:app", PythonPath: "lib",
		Requirements:  Requirements{Packages: []string{"Flask"}, Source: "imports in lib/b.py"},
		PythonVersion: ">=3.11", TestCommand: "pytest",
		Reasons: []Reason{
			{"tests", "pytest", "slipway.toml"}, {"web app", "b:app", "slipway.toml"},
			{"requirements", "Flask", "imports in lib/b.py"}, {"Python", ">=3.11", "slipway.toml"},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDetectGivenTargetElsewhere(t *testing.T) {
	got, err := Detect(files("requirements.txt", "mlflow"), Settings{WSGI: "mlflow.server:app"})
	if err != nil || got.Target != "mlflow.server:app" || len(got.Warnings) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestDetectSamples(t *testing.T) {
	for name, want := range map[string]Found{
		"hello":    {Target: "server:app", Requirements: Requirements{Packages: []string{"Flask", "Flask-RESTful"}, Source: "imports in server.py"}},
		"accounts": {Target: "app:app", PythonPath: "app", TestCommand: "python testing/testing.py", Requirements: Requirements{Files: []string{"requirements.txt"}, Source: "requirements.txt"}},
	} {
		fsys, err := Sample(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := ReadSettings(fsys)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Detect(fsys, file.App)
		if err != nil {
			t.Fatal(err)
		}
		if got.Target != want.Target || got.PythonPath != want.PythonPath || got.TestCommand != want.TestCommand || got.Framework != Flask || got.Server != WSGI || got.Warnings != nil || !reflect.DeepEqual(got.Requirements, want.Requirements) {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	for name, want := range map[string]string{
		"hello":    "README.md server.py",
		"accounts": "README.md app/app.py app/bank.py requirements.txt testing/testing.py",
	} {
		fsys, err := Sample(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := paths(collect(t, fsys)); got != want {
			t.Errorf("%s: got %s", name, got)
		}
	}
	if _, err := Sample("goodbye"); err == nil || !strings.Contains(err.Error(), "--sample accounts or --sample hello") {
		t.Errorf("got %v", err)
	}
}

func TestDetectWarnings(t *testing.T) {
	got, err := Detect(files(
		".env", "A=b", "shop.py", "import conf\n"+flaskApp+"app.config['DEBUG'] = True\nif __name__ == '__main__':\n    app.run(host='x', debug=True)\napp.run()\n",
		"other.py", "app.run()\n", "conf.py", "class Development:\n    DEBUG = True\n",
	), Settings{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{".env is not uploaded", "shop.py line 6 has debug=True", "shop.py line 7 starts the development server", "shop.py line 4 turns debugging on"} {
		if i >= len(got.Warnings) || !strings.HasPrefix(got.Warnings[i], want) {
			t.Errorf("want %q in %q", want, got.Warnings)
		}
	}
	if len(got.Warnings) != 4 {
		t.Errorf("got %q", got.Warnings)
	}
}

func TestDetectPython(t *testing.T) {
	for _, test := range []struct{ file, text, want string }{
		{".python-version", "# ours\n3.12.4\n", "3.12"},
		{".python-version", "my-env\n", ""},
		{"runtime.txt", "python-3.11.9", "3.11"}, {"runtime.txt", "python-3.9.18\r\n", "3.9"},
		{".python-version", "\ufeff3.12 # ours\n", "3.12"}, {".python-version", "cpython@3.12.1", "3.12"}, {".python-version", "3.13-dev", "3.13"},
		{".python-version", "cpython-3.12.4-linux-x86_64-gnu", "3.12"}, {".python-version", "3.11.x", "3.11"}, {".python-version", ">=3.11,<3.13", ">=3.11,<3.13"},
		{".python-version", "pypy3.10-7.3", ""}, {".python-version", "3.13t", ""},
		{".tool-versions", "nodejs 20.1.0\npython 3.11.4 3.12.1\n", "3.11"}, {".tool-versions", "nodejs 20.1.0\n", ""},
		{"pyproject.toml", "[project]\nrequires-python = '>=3.6.*'\n", ""},
		{"pyproject.toml", "[project]\nrequires-python = '>=3.11,<4'\n", ">=3.11,<4"},
	} {
		got, err := Detect(files("a.py", flaskApp, test.file, test.text), Settings{})
		if err != nil || got.PythonVersion != test.want {
			t.Errorf("%s %q: got %q, %v", test.file, test.text, got.PythonVersion, err)
		}
	}
}
