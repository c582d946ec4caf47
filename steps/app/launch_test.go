package app

import (
	"strings"
	"testing"
	"testing/fstest"
)

const (
	streamlitApp = "import streamlit as st\nst.title('x')\n"
	tornadoApp   = "import asyncio\nimport tornado.web\nasync def main():\n    tornado.web.Application([]).listen(%s)\n    await asyncio.Event().wait()\nif __name__ == '__main__':\n    asyncio.run(main())\n"
)

func TestDetectFrameworks(t *testing.T) {
	for _, test := range []struct {
		name              string
		fsys              fstest.MapFS
		framework, target string
		command           string
	}{
		{"dash with a server", files("a.py", "from dash import Dash\napp = Dash(__name__)\nserver = app.server\n"), "flask", "a:server", ""},
		{"dash without a server", files("a.py", "from dash import Dash\napp = Dash(__name__)\nif __name__ == '__main__':\n    app.run(debug=True)\n"), "flask", `pkgutil:resolve_name("a:app.server")`, ""},
		{"bottle's own app", files("s.py", "from bottle import get, run\n@get('/')\ndef front(): return 'x'\nif __name__ == '__main__':\n    run(host='x', port=8080)\n"), "bottle", `bottle:load_app("s")`, ""},
		{"bottle's own app, by its module", files("s.py", "import bottle\n@bottle.route('/')\ndef front(): return 'x'\nbottle.run(port=8080)\n"), "bottle", `bottle:load_app("s")`, ""},
		{"bottle object", files("s.py", "import bottle\nsite = bottle.Bottle()\n@site.get('/')\ndef x(): pass\n"), "bottle", "s:site", ""},
		{"sanic", files("s.py", "from sanic import Sanic\napp = Sanic('x')\nif __name__ == '__main__':\n    app.run(port=8000)\n"), "sanic", "s:app", ""},
		{"pyramid", files("s.py", "from pyramid.config import Configurator\nconfig = Configurator()\napp = config.make_wsgi_app()\n"), "pyramid", "s:app", ""},
		{"pyramid in a block", files("s.py", "from pyramid.config import Configurator\nwith Configurator() as config:\n    application = config.make_wsgi_app()\n"), "pyramid", "s:application", ""},
		{"pyramid factory", files("s.py", "from pyramid.config import Configurator\ndef create_app():\n    config = Configurator()\n    return config.make_wsgi_app()\n"), "pyramid", "s:create_app()", ""},
		{"web.py", files("s.py", "import web\napp = web.application((), globals())\napplication = app.wsgifunc()\n"), "web.py", "s:application", ""},
		{"web.py that runs", files("s.py", "import web\nif __name__ == '__main__':\n    app = web.application((), globals())\n    app.run()\n"), "web", "", "python s.py 127.0.0.1:$PORT"},
		{"aiohttp object", files("s.py", "from aiohttp import web\napp = web.Application()\nweb.run_app(app)\n"), aiohttp, "s:app", "gunicorn --worker-class aiohttp.GunicornWebWorker s:app"},
		{"aiohttp factory by its use", files("s.py", "from aiohttp import web\ndef make():\n    app = web.Application()\n    return app\nif __name__ == '__main__':\n    web.run_app(make())\n"), aiohttp, "s:make()", "gunicorn --worker-class aiohttp.GunicornWebWorker 's:make()'"},
		{"aiohttp, awaited", files("s.py", "from aiohttp import web\nasync def init():\n    return web.Application()\nweb.run_app(init())\n"), aiohttp, "s:init", "gunicorn --worker-class aiohttp.GunicornWebWorker s:init"},
		{"aiohttp that reads PORT", files("s.py", "import os\nfrom aiohttp import web\ndef main():\n    app = web.Application()\n    web.run_app(app, port=int(os.environ['PORT']))\nmain()\n"), aiohttp, "", "python s.py"},
		{"tornado that reads PORT", files("s.py", strings.Replace(tornadoApp, "%s", `int(os.environ.get("PORT", 8888))`, 1)), "tornado", "", "python s.py"},
		{"tornado's options", files("s.py", "from tornado.options import define\ndefine(\"port\", default=8888)\n"+strings.Replace(tornadoApp, "%s", "options.port", 1)), "tornado", "", "python s.py --port=$PORT"},
		{"argparse", files("s.py", "import http.server, argparse\np = argparse.ArgumentParser()\np.add_argument('--port', type=int)\nhttp.server.HTTPServer(('', p.parse_args().port), None).serve_forever()\n"), "", "", "python s.py --port $PORT"},
		{"streamlit", files("pages/a.py", streamlitApp, "lib.py", streamlitApp, "streamlit_app.py", "import lib\n"+streamlitApp), "streamlit", "", "streamlit run streamlit_app.py --server.port $PORT"},
		{"streamlit, several", files("Home.py", streamlitApp, "other.py", streamlitApp), "streamlit", "", "streamlit run Home.py --server.port $PORT"},
		{"streamlit, with functions", files("Hello.py", "import streamlit as st\ndef run():\n    st.title('x')\nif __name__ == '__main__':\n    run()\n", "shown.py", "import streamlit as st\ndef code():\n    st.code('x')\n"), "streamlit", "", "streamlit run Hello.py --server.port $PORT"},
		{"gradio", files("a.py", "import gradio as gr\ndemo = gr.Blocks()\nif __name__ == '__main__':\n    demo.launch()\n"), "gradio", "", "env GRADIO_SERVER_PORT=$PORT GRADIO_SERVER_NAME=127.0.0.1 GRADIO_ANALYTICS_ENABLED=False python a.py"},
		{"panel", files("a b.py", "import panel as pn\npn.Row('x').servable()\n"), "panel", "", "panel serve 'a b.py' --address 127.0.0.1"},
		{"several Flask apps keep coming first", files("a.py", flaskApp, "b.py", streamlitApp), "flask", "a:app", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.fsys["requirements.txt"] = &fstest.MapFile{Data: []byte("x")}
			got, err := Detect(test.fsys, Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Framework != test.framework || got.Target != test.target || !strings.HasPrefix(got.Command, test.command) || (test.command == "") != (got.Command == "") {
				t.Errorf("got %s, %q, %q", got.Framework, got.Target, got.Command)
			}
		})
	}
}

func TestDetectRefusesItsOwnPort(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"tornado":     {strings.Replace(tornadoApp, "%s", "8888", 1), `s.py line 4 listens on port 8888 only, and each release needs a port of its own: import os, and write listen(int(os.environ.get("PORT", 8888)))`},
		"aiohttp":     {"from aiohttp import web\ndef main():\n    web.run_app(web.Application(), port=9000)\nmain()\n", `s.py line 3 listens on port 9000 only, and each release needs a port of its own: import os, and write run_app(…, port=int(os.environ.get("PORT", 9000)))`},
		"default":     {"from nicegui import ui\nui.run()\n", `s.py line 2 does not take its port from the environment, and each release needs a port of its own: import os, and write ui.run(…, host="127.0.0.1", port=int(os.environ.get("PORT", 8080)), show=False, reload=False)`},
		"http.server": {"from http.server import HTTPServer\nHTTPServer(('', 8000), None).serve_forever()\n", `s.py line 2 listens on port 8000 only, and each release needs a port of its own: import os, and write HTTPServer(("127.0.0.1", int(os.environ.get("PORT", 8000))), …)`},
		"websockets":  {"import asyncio, websockets\nasync def main():\n    async with websockets.serve(None, 'localhost', 8765):\n        pass\nasyncio.run(main())\n", "s.py line 3 listens on port 8765 only"},
		"gradio":      {"import gradio\ngradio.Interface(None).launch(server_port=7860)\n", "s.py line 2 listens on port 7860 only, and each release needs a port of its own: leave server_port=7860 out there"},
	} {
		for _, procfile := range []string{"", "web: python s.py\n"} {
			if procfile != "" && name == "gradio" {
				continue
			}
			_, err := Detect(files("s.py", test.text, "requirements.txt", "", Procfile, procfile), Settings{})
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	}
}

func TestDetectSaysWhatToWrite(t *testing.T) {
	for name, test := range map[string]struct {
		fsys fstest.MapFS
		want string
	}{
		"reflex":           {files("shop/shop.py", "import reflex as rx\napp = rx.App()\n"), "no Python web app was found in this folder: Reflex builds its pages with Node.js and needs two servers (shop/shop.py): export its pages and set [app] command = \"reflex run"},
		"hug":              {files("api.py", "import hug\n@hug.get()\ndef x(): pass\n"), `no Python web app was found in this folder: Hug adds its app to the module when it is loaded (api.py): set app.wsgi = "api:__hug_wsgi__" in slipway.toml`},
		"tornado":          {files("a.py", "import tornado.web\n"), `no Python web app was found in this folder: Tornado is not started by a script that was found (a.py): set [app] command = "python a.py" in slipway.toml`},
		"Dockerfile":       {files("a.py", "", "Dockerfile", "FROM python\nCMD [\"shop\", \"serve\"]\n"), `no Python web app was found in this folder: Dockerfile starts it so: set app.command = "shop serve" in slipway.toml, with $PORT as its port`},
		"entry point":      {files("shop/run.py", "application = make()\n", "Dockerfile", "FROM python\nCMD x\nFROM python\nENTRYPOINT [\"/venv/bin/gunicorn\", \"-b\", \"0.0.0.0:80\"]\nCMD [\"shop.run\"]\n"), `no Python web app was found in this folder: Dockerfile starts it so: set app.wsgi = "shop.run:application" in slipway.toml`},
		"file of an image": {files("a.py", "", "Dockerfile", "FROM python\nENTRYPOINT /entrypoint.sh\n"), `no Python web app was found in this folder: set app.wsgi = "module:object" in slipway.toml`},
		"render.yaml":      {files("a.py", "", "render.yaml", "services:\n  - startCommand: shop serve\n"), `no Python web app was found in this folder: render.yaml starts it so: set app.command = "shop serve"`},
		"console script":   {files("a.py", "", "pyproject.toml", "[project]\nname = 'x'\n[project.scripts]\nshop = 'a:main'\n"), `no Python web app was found in this folder: pyproject.toml has the script shop, which perhaps starts it so: set app.command = "shop --port $PORT"`},
	} {
		_, err := Detect(test.fsys, Settings{})
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestDetectProcfileScripts(t *testing.T) {
	for _, test := range []struct{ name, text, web, command, target string }{
		{"dash", "from dash import Dash\napp = Dash(__name__)\n", "python s.py", "", `pkgutil:resolve_name("s:app.server")`},
		{"bottle", "import bottle\n@bottle.get('/')\ndef x(): pass\nbottle.run(port=8080)\n", "python s.py", "", `bottle:load_app("s")`},
		{"gradio", "import gradio\ngradio.Blocks().launch()\n", "python s.py", "env GRADIO_SERVER_PORT=$PORT GRADIO_SERVER_NAME=127.0.0.1 GRADIO_ANALYTICS_ENABLED=False python s.py", ""},
		{"its own words stay", "import gradio\ngradio.Blocks().launch()\n", "GRADIO_SERVER_PORT=$PORT python s.py", "GRADIO_SERVER_PORT=$PORT python s.py", ""},
		{"--port", "import http.server, argparse\np = argparse.ArgumentParser()\np.add_argument('--port')\nhttp.server.HTTPServer(('', 1), None)\n", "python s.py", "python s.py --port $PORT", ""},
		{"it reads PORT", strings.Replace(tornadoApp, "%s", `int(os.environ.get("PORT", 8888))`, 1), "python -u ./s.py", "python -u ./s.py", ""},
		{"streamlit", streamlitApp, "streamlit run s.py --server.port $PORT", "streamlit run s.py --server.port $PORT", ""},
	} {
		got, err := Detect(files("s.py", test.text, "requirements.txt", "", Procfile, "web: "+test.web+"\n"), Settings{})
		if err != nil || got.Command != test.command || got.Target != test.target {
			t.Errorf("%s: got %q, %q, %v", test.name, got.Command, got.Target, err)
		}
	}
}
