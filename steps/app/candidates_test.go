package app

import (
	"testing"
	"testing/fstest"
)

func TestDetectChooses(t *testing.T) {
	for _, test := range []struct {
		name                                  string
		fsys                                  fstest.MapFS
		target, pythonPath, framework, server string
	}{
		{"a usual name in the root", files("app.py", flaskApp, "hello.py", flaskApp, "api/main.py", flaskApp), "app:app", "", "flask", "wsgi"},
		{"main.py beside app/main.py", files("main.py", flaskApp, "app/main.py", flaskApp, "app/__init__.py", ""), "main:app", "", "flask", "wsgi"},
		{"migrations have an app", files("shop/__init__.py", "from flask import Flask\ndef create_app():\n    return Flask('x')\n", "alembic/env.py", "from shop import create_app\napp = create_app()\n"), "shop:create_app()", "", "flask", "wsgi"},
		{"wsgi.py wraps a factory", files("wsgi.py", "from werkzeug.middleware.proxy_fix import ProxyFix\nfrom shop import create_app\napplication = ProxyFix(create_app(), x_for=1)\n", "shop/__init__.py", "from flask import Flask\ndef create_app():\n    return Flask('x')\n"), "wsgi:application", "", "flask", "wsgi"},
		{"backend beside a front end", files("backend/app/__init__.py", "", "backend/app/main.py", "from fastapi import FastAPI\napp = FastAPI()\n", "frontend/package.json", "{}"), "app.main:app", "backend", "fastapi", "asgi"},
		{"main.py loads the routes", files("app.py", flaskApp, "views.py", "from app import app\n@app.route('/')\ndef index():\n    return ''\n", "main.py", "from app import app\nimport views\nif __name__ == '__main__':\n    app.run()\n"), "main:app", "", "flask", "wsgi"},
		{"startup.py loads what loads the routes", files("shop/__init__.py", flaskApp, "shop/web.py", "from . import app\nfrom . import views\n", "shop/views.py", "from . import app\n@app.get('/')\ndef index():\n    return ''\n", "startup.py", "from shop.web import app\n"), "startup:app", "", "flask", "wsgi"},
		{"a router is included elsewhere", files("core.py", "from fastapi import FastAPI\napi = FastAPI()\n", "serve.py", "from core import api\nfrom items import router\napi.include_router(router)\n", "items.py", "from fastapi import APIRouter\nrouter = APIRouter()\n"), "serve:api", "", "fastapi", "asgi"},
		{"all routes are loaded already", files("shop/__init__.py", flaskApp+"from shop import views\n", "shop/views.py", "from shop import app\n@app.route('/')\ndef index():\n    return ''\n", "run.py", "from shop import app\n"), "shop:app", "", "flask", "wsgi"},
		{"what loads the routes serves by itself", files("app.py", flaskApp, "views.py", "from app import app\n@app.route('/')\ndef index():\n    return ''\n", "main.py", "from app import app\nimport views\napp.run()\n"), "views:app", "", "flask", "wsgi"},
		{"any function makes it", files("main.py", "from shop import init_app\napp = init_app()\n", "shop/__init__.py", "from flask import Flask\ndef init_app():\n    app = Flask('x')\n    app = mount(app)\n    return app\n"), "main:app", "", "flask", "wsgi"},
		{"a function of a test client", files("app.py", flaskApp, "tools.py", "from app import app\ndef client():\n    return app\n"), "app:app", "", "flask", "wsgi"},
		{"root is a package", files("__init__.py", "import app\n", "app.py", flaskApp), "app:app", "", "flask", "wsgi"},
	} {
		test.fsys["requirements.txt"] = &fstest.MapFile{Data: []byte("x")}
		got, err := Detect(test.fsys, Settings{})
		if err != nil || got.Target != test.target || got.PythonPath != test.pythonPath || got.Framework != test.framework || got.Server != test.server {
			t.Errorf("%s: got %q in %q, %s, %s, %v", test.name, got.Target, got.PythonPath, got.Framework, got.Server, err)
		}
	}
}
