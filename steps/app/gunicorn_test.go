package app

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestGunicornSettings(t *testing.T) {
	for name, test := range map[string]struct {
		files   []string
		reasons []Reason
		warns   []string
		limits  Limits
	}{
		"a configuration file": {
			files:   []string{"gunicorn.conf.py", "import os\nbind = '0.0.0.0:5000'\nworkers = 1\nreuse_port = True\ntimeout = int(os.getenv('T', '90'))\nerrorlog = '/x/e.log'\ndef post_fork(s, w):\n    daemon = True\n"},
			reasons: []Reason{{"gunicorn's workers", "1", "gunicorn.conf.py line 3"}, {"gunicorn's timeout", "90", "gunicorn.conf.py line 5"}},
			warns:   []string{"gunicorn.conf.py line 2: gunicorn's bind is not used", "gunicorn.conf.py line 4: gunicorn's reuse_port is not used: systemd holds the socket", "gunicorn.conf.py line 6: if the app can't write"},
			limits:  Limits{Request: 90 * time.Second},
		},
		"options win": {
			files:   []string{"Procfile", "web: gunicorn -w4 --timeout=120 -c conf/g.py --reuse-port app:app\n", "conf/g.py", "workers = 2\ntimeout = 300\ngraceful_timeout = 90\n"},
			reasons: []Reason{{"gunicorn's workers", "4", "Procfile line 1"}, {"gunicorn's timeout", "120", "Procfile line 1"}},
			warns:   []string{"Procfile line 1: gunicorn's reuse_port is not used"},
			limits:  Limits{Request: 2 * time.Minute, Stop: 90 * time.Second},
		},
		"a module":           {files: []string{"Procfile", "web: gunicorn --config python:conf.g app:app\n", "conf/__init__.py", "", "conf/g.py", "timeout = 0\n"}, limits: Limits{Request: time.Hour}},
		"slipway.toml wins":  {files: []string{"slipway.toml", "[limits]\nrequest = '3m'\nupload = '1G'\n", "gunicorn.conf.py", "timeout = 600\n"}, limits: Limits{Request: 3 * time.Minute, Upload: 1 << 30}},
		"less than a minute": {files: []string{"gunicorn.conf.py", "timeout = 10\n"}, reasons: []Reason{{"gunicorn's timeout", "10", "gunicorn.conf.py line 1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := files(append(test.files, "app.py", flaskApp)...)
			file, err := ReadSettings(fsys)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Detect(fsys, file.App)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range test.reasons {
				if !slices.Contains(got.Reasons, want) {
					t.Errorf("no %v in %v", want, got.Reasons)
				}
			}
			for _, want := range test.warns {
				if !slices.ContainsFunc(got.Warnings, func(w string) bool { return strings.HasPrefix(w, want) }) {
					t.Errorf("no %q in %q", want, got.Warnings)
				}
			}
			if got.Limits != test.limits || len(got.Warnings) != len(test.warns) {
				t.Errorf("got %+v, %q", got.Limits, got.Warnings)
			}
		})
	}
}

func TestOneWorker(t *testing.T) {
	const socketIO = "from flask import Flask\nfrom flask_socketio import SocketIO\napp = Flask(__name__)\nsocketio = SocketIO(app)\nif __name__ == '__main__':\n    socketio.run(app)\n"
	const socket = "from fastapi import FastAPI, WebSocket\napp = FastAPI()\n"
	for name, test := range map[string]struct {
		files   []string
		workers int
		class   string
	}{
		"nothing of it":     {[]string{"app.py", flaskApp}, 0, ""},
		"threads":           {[]string{"app.py", socketIO, "requirements.txt", "flask-socketio"}, 1, ""},
		"eventlet":          {[]string{"app.py", socketIO, "requirements.txt", "flask-socketio\neventlet"}, 1, "eventlet"},
		"gevent":            {[]string{"app.py", socketIO, "requirements.txt", "flask-socketio\ngevent"}, 1, "gevent"},
		"gevent-websocket":  {[]string{"app.py", socketIO, "requirements.txt", "flask-socketio\ngevent\ngevent-websocket"}, 1, "geventwebsocket.gunicorn.workers.GeventWebSocketWorker"},
		"its async_mode":    {[]string{"app.py", strings.Replace(socketIO, "SocketIO(app)", "SocketIO(app, async_mode='threading')", 1), "requirements.txt", "flask-socketio\neventlet"}, 1, ""},
		"its own workers":   {[]string{"app.py", socketIO, "requirements.txt", "flask-socketio", "gunicorn.conf.py", "workers = 2\n"}, 0, ""},
		"websockets":        {[]string{"app.py", socket, "requirements.txt", "fastapi"}, 1, ""},
		"aiohttp":           {[]string{"app.py", "from aiohttp import web\nasync def chat(request):\n    ws = web.WebSocketResponse()\napp = web.Application()\n", "requirements.txt", "aiohttp"}, 1, ""},
		"by a decorator":    {[]string{"app.py", "import fastapi\nfrom fastapi import FastAPI\napp = FastAPI()\n@app.websocket('/ws')\nasync def chat(s: fastapi.WebSocket):\n    pass\n", "requirements.txt", "fastapi"}, 1, ""},
		"with a broker":     {[]string{"app.py", socket + "import redis\n", "requirements.txt", "fastapi\nredis"}, 0, ""},
		"Socket.IO as ASGI": {[]string{"app.py", "import socketio\nsio = socketio.AsyncServer(async_mode='asgi')\napp = socketio.ASGIApp(sio)\n", "requirements.txt", "python-socketio"}, 1, ""},
		"mounted":           {[]string{"app.py", "import socketio\nfrom fastapi import FastAPI\nsio = socketio.AsyncServer(async_mode='asgi')\napp = FastAPI()\nsock = socketio.ASGIApp(sio)\napp.mount('/ws', sock)\n", "requirements.txt", "python-socketio"}, 1, ""},
		"another name":      {[]string{"app.py", "import socketio\nfrom fastapi import FastAPI\nsio = socketio.AsyncServer(async_mode='asgi')\napp = FastAPI()\nweb_app = socketio.ASGIApp(sio, other_asgi_app=app)\n", "requirements.txt", "python-socketio"}, 1, ""},
		"wrapped":           {[]string{"app.py", "import socketio\nfrom fastapi import FastAPI\nsio = socketio.AsyncServer(async_mode='asgi')\nfast = FastAPI()\napp = socketio.ASGIApp(sio, fast)\n", "requirements.txt", "python-socketio"}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Detect(files(test.files...), Settings{})
			if err != nil || got.Workers != test.workers || got.WorkerClass != test.class || !strings.HasPrefix(got.Target, "app:") {
				t.Errorf("got %d workers of %q for %s, %v", got.Workers, got.WorkerClass, got.Target, err)
			}
		})
	}
}
