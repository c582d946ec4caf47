package shapes

// serving are the ways to say what is served, and by what.
func init() {
	web := func(line string) written { return written{"Procfile": "web: " + line + "\n"} }
	module := needsFlask.and(written{"app.py": flask("app")})
	rows["serving"] = []shape{
		of("procfile-gunicorn", module.and(web("gunicorn app:app"))),
		of("procfile-options", module.and(web("gunicorn -w 2 --threads 4 --log-file - app:app"))),
		of("procfile-bind", module.and(web("gunicorn --bind 0.0.0.0:$PORT app:app"))),
		of("procfile-factory", needsFlask.and(written{"shop.py": factory("create_app()")}).and(web("gunicorn 'shop:create_app()'"))),
		of("procfile-variable", module.and(web("WEB_CONCURRENCY=1 gunicorn app:app"))),
		of("procfile-chdir", needsFlask.and(written{"site/app.py": flask("app")}).and(web("gunicorn --chdir site app:app"))),
		of("procfile-cd", needsFlask.and(written{"site/app.py": flask("app")}).and(web("cd site && gunicorn app:app"))),
		of("procfile-script", module.and(written{"requirements.txt": "flask\ngunicorn\n", "start.sh": "#!/bin/sh\nexec gunicorn app:app\n"}).and(web("sh start.sh"))),
		of("procfile-flask-run", module.and(web("flask run"))),
		of("procfile-python", needsFlask.and(written{"app.py": flask("app") + direct}).and(web("python app.py"))),
		of("procfile-windows", module.and(written{"Procfile": "web: gunicorn app:app\r\n"})),
		of("procfile-mark", module.and(written{"Procfile": "\ufeffweb: gunicorn app:app\n"})),
		of("procfile-comment", module.and(written{"Procfile": "# what runs\nweb: gunicorn app:app\n"})),
		of("procfile-release", module.and(written{"Procfile": "release: echo released\nweb: gunicorn app:app\n"})),
		of("procfile-before", module.and(web("echo before && gunicorn app:app"))),
		of("toml-wsgi", needsFlask.and(written{"one.py": flask("app"), "two.py": flask("app"), "slipway.toml": "[app]\nwsgi = \"two:app\"\n"})),
		of("toml-command", written{"serve.py": listens, "slipway.toml": "[app]\ncommand = \"python serve.py\"\n"}),
		of("toml-variables", needsFlask.and(written{"app.py": "import os\n\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get(\"/\")\ndef index():\n    return \"this is \" + os.environ[\"NAMED\"]\n",
			"slipway.toml": "[env]\nNAMED = \"SHAPE\"\n"})),
		of("toml-health", module.and(written{"slipway.toml": "[health]\npath = \"/\"\nstatus = 200\ntime = 30\n"})),
		of("toml-limits", module.and(written{"slipway.toml": "[limits]\nupload = \"1M\"\nrequest = \"90s\"\nstop = \"10s\"\n"})),
		of("toml-build", needsFlask.and(written{"app.py": readsBuilt, "made/.keep": "", "slipway.toml": "[app]\nbuild = \"echo this is SHAPE >made/page\"\nbuild-folders = [\"made\"]\n"})),
		of("toml-data", needsFlask.and(written{"app.py": flask("app"), "slipway.toml": "[app]\ndata = [\"papers/\"]\n"})),
		of("plain-wsgi", written{"requirements.txt": "gunicorn\n", "app.py": wsgi("app"), "Procfile": "web: gunicorn app:app\n"}),
		of("plain-script", written{"serve.py": listens, "Procfile": "web: python serve.py\n"}),
		of("waitress", written{"requirements.txt": "flask\nwaitress\n", "app.py": flask("app"), "Procfile": "web: waitress-serve --listen=127.0.0.1:$PORT app:app\n"}),
		of("factory-gunicorn-conf", module.and(written{"gunicorn.conf.py": "workers = 1\nthreads = 3\n"})),
		of("gunicorn-pinned", written{"requirements.txt": "flask\ngunicorn==23.0.0\n", "app.py": flask("app")}),
	}
	rows["asgi"] = []shape{
		of("fast-main", needsFast.and(written{"main.py": fast("app")})),
		of("fast-package", needsFast.and(written{"app/__init__.py": "", "app/main.py": fast("app")})),
		of("fast-src", needsFast.and(written{"src/shop/__init__.py": "", "src/shop/api.py": fast("api")})),
		of("fast-api", needsFast.and(written{"main.py": fast("api")})),
		of("fast-factory", needsFast.and(written{"main.py": "from fastapi import FastAPI\nfrom fastapi.responses import PlainTextResponse\n\n\ndef create_app():\n    app = FastAPI()\n\n    @app.get(\"/\", response_class=PlainTextResponse)\n    def index():\n        return \"this is SHAPE\"\n\n    return app\n"})),
		of("fast-router", needsFast.and(written{
			"main.py":             "from fastapi import FastAPI\n\nfrom routers import front\n\napp = FastAPI()\napp.include_router(front.router)\n",
			"routers/front.py":    "from fastapi import APIRouter\nfrom fastapi.responses import PlainTextResponse\n\nrouter = APIRouter()\n\n\n@router.get(\"/\", response_class=PlainTextResponse)\ndef index():\n    return \"this is SHAPE\"\n",
			"routers/__init__.py": "",
		})),
		of("fast-direct", needsFast.and(written{"main.py": fast("app") + "\n\nif __name__ == \"__main__\":\n    import uvicorn\n\n    uvicorn.run(\"main:app\", host=\"0.0.0.0\", port=8000, reload=True)\n"})),
		of("fast-uvicorn", needsFast.and(written{"main.py": fast("app"), "Procfile": "web: uvicorn main:app --host 0.0.0.0 --port $PORT\n"})),
		of("fast-gunicorn", needsFast.and(written{"main.py": fast("app"), "Procfile": "web: gunicorn -k uvicorn.workers.UvicornWorker main:app\n"})),
		of("fast-mounted", needsFast.and(written{"main.py": "from fastapi import FastAPI\nfrom fastapi.responses import PlainTextResponse\n\napi = FastAPI()\n\n\n@api.get(\"/\", response_class=PlainTextResponse)\ndef index():\n    return \"this is SHAPE\"\n\n\napp = FastAPI()\napp.mount(\"/\", api)\n"})),
		of("fast-middleware", needsFast.and(written{"main.py": fast("app") + "\n\n@app.middleware(\"http\")\nasync def named(request, call_next):\n    answer = await call_next(request)\n    answer.headers[\"X-Shape\"] = \"SHAPE\"\n    return answer\n"})),
		of("starlette", needsFast.and(written{"app.py": "from starlette.applications import Starlette\nfrom starlette.responses import PlainTextResponse\nfrom starlette.routing import Route\n\n\nasync def index(request):\n    return PlainTextResponse(\"this is SHAPE\")\n\n\napp = Starlette(routes=[Route(\"/\", index)])\n"})),
		of("plain-asgi", needsFast.and(written{"app.py": "async def app(scope, receive, send):\n    if scope[\"type\"] != \"http\":\n        raise NotImplementedError\n    await send({\"type\": \"http.response.start\", \"status\": 200, \"headers\": [(b\"content-type\", b\"text/plain\")]})\n    await send({\"type\": \"http.response.body\", \"body\": b\"this is SHAPE\"})\n",
			"slipway.toml": "[app]\nasgi = \"app:app\"\n"})),
		of("toml-asgi", needsFast.and(written{"one.py": fast("app"), "two.py": fast("app"), "slipway.toml": "[app]\nasgi = \"two:app\"\n"})),
	}
}

// readsBuilt is an app whose page a build command makes.
const readsBuilt = "import pathlib\n\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get(\"/\")\ndef index():\n    return (pathlib.Path(__file__).parent / \"made/page\").read_text()\n"
