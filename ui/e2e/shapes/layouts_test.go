package shapes

// layouts are where the object that is served may be, and what else lies beside it.
func init() {
	rows["layouts"] = []shape{
		of("main", needsFlask.and(written{"main.py": flask("app")})),
		of("wsgi-application", needsFlask.and(written{"wsgi.py": flask("application")})),
		of("application", needsFlask.and(written{"application.py": flask("application")})),
		of("server-object", needsFlask.and(written{"server.py": flask("server")})),
		of("odd-object", needsFlask.and(written{"app.py": flask("shop_site")})),
		of("odd-file", needsFlask.and(written{"shop_site.py": flask("app")})),
		of("run-imports", needsFlask.and(written{"run.py": "from shop import app\n" + direct, "shop/__init__.py": flask("app")})),
		of("src-folder", needsFlask.and(written{"src/app.py": flask("app")})),
		of("src-package", needsFlask.and(written{"src/shop/__init__.py": "", "src/shop/main.py": flask("app")})),
		of("package", needsFlask.and(written{"shop/__init__.py": flask("app")})),
		of("package-app", needsFlask.and(written{"shop/__init__.py": "", "shop/app.py": flask("app")})),
		of("package-factory", needsFlask.and(written{"shop/__init__.py": factory("create_app()")})),
		of("factory-default", needsFlask.and(written{"app.py": factory("create_app(config=None)")})),
		of("make-app", needsFlask.and(written{"app.py": factory("make_app()")})),
		of("factory-called", needsFlask.and(written{"app.py": factory("create_app()"), "wsgi.py": "from app import create_app\n\napp = create_app()\n"})),
		of("factory-argument", needsFlask.and(written{"shop.py": factory("create_app(name)"), "slipway.toml": "[app]\nwsgi = \"shop:create_app('x')\"\n"})),
		of("direct-run", needsFlask.and(written{"app.py": flask("app") + direct})),
		of("direct-in-main", needsFlask.and(written{"app.py": flask("app") + "\n\ndef main():\n    app.run()\n\n\nif __name__ == \"__main__\":\n    main()\n"})),
		of("blueprint", needsFlask.and(written{
			"app.py":         "from flask import Flask\n\nfrom pages.front import front\n\napp = Flask(__name__)\napp.register_blueprint(front)\n",
			"pages/front.py": "from flask import Blueprint\n\nfront = Blueprint(\"front\", __name__)\n\n\n@front.get(\"/\")\ndef index():\n    return \"this is SHAPE\"\n",
		})),
		of("templates", needsFlask.and(written{
			"app.py":               "from flask import Flask, render_template\n\napp = Flask(__name__)\n\n\n@app.get(\"/\")\ndef index():\n    return render_template(\"index.html\", name=\"SHAPE\")\n",
			"templates/index.html": "<p>this is {{ name }}</p>\n", "static/site.css": "p { color: navy }\n",
		})),
		of("flaskenv", needsFlask.and(written{"shop.py": flask("app"), "other.py": flask("app"), ".flaskenv": "FLASK_APP=shop.py\n", "slipway.toml": "[app]\nwsgi = \"shop:app\"\n"})),
		of("windows-source", needsFlask.and(written{"app.py": windows(flask("app")), "requirements.txt": "flask\r\n"})),
		of("byte-order-mark", needsFlask.and(written{"app.py": "\ufeff" + flask("app")})),
		of("latin-source", needsFlask.and(written{"app.py": "# -*- coding: latin-1 -*-\n# \xe9\xe8\n" + flask("app")})),
		of("tests-beside", needsFlask.and(written{"app.py": flask("app"), "tests/test_app.py": flask("app"), "examples/demo.py": flask("app"), "docs/conf.py": "app = 1\n"})),
		of("docker-beside", needsFlask.and(written{"app.py": flask("app"), "Dockerfile": "FROM python:3.13\nCMD [\"python\", \"app.py\"]\n", "docker-compose.yml": "services:\n  web:\n    build: .\n"})),
		of("notebook-beside", needsFlask.and(written{"app.py": flask("app"), "try.ipynb": "{\"cells\": []}\n", "README.md": "# shop\n", "data/words.txt": "a\n"})),
		of("virtual-environment", needsFlask.and(written{"app.py": flask("app"), "venv/pyvenv.cfg": "home = /usr/bin\n", "venv/lib/python3/site-packages/thing/app.py": flask("app")})),
		of("secret-left-out", needsFlask.and(written{"app.py": tellsSecret, ".env": "SECRET=not for servers\n", "id_rsa": "-----BEGIN OPENSSH PRIVATE KEY-----\n"})),
		of("ignored", needsFlask.and(written{"app.py": flask("app"), "big/broken.py": "this is no Python\n", ".slipwayignore": "big/\n"})),
		of("spaces", needsFlask.and(written{"app.py": flask("app"), "my data/größe x.txt": "x\n"})),
		of("deep", needsFlask.and(written{"services/web/shop/__init__.py": "", "services/web/shop/app.py": flask("app"), "slipway.toml": "[app]\nwsgi = \"services.web.shop.app:app\"\n"})),
	}
}

// tellsSecret is an app that fails if a file lies beside it that must not go up.
const tellsSecret = `import pathlib

from flask import Flask

app = Flask(__name__)
beside = pathlib.Path(__file__).parent


@app.get("/")
def index():
    return "this is SHAPE" if not (beside / ".env").exists() and not (beside / "id_rsa").exists() else "the secret went up"
`
