package app

import "testing"

// TestSocketHandlers finds websockets of frameworks that need no import for them: such an
// app gets one worker.
func TestSocketHandlers(t *testing.T) {
	for name, test := range map[string]struct {
		source string
		one    bool
	}{
		"Litestar":           {"from litestar import Litestar, websocket\n@websocket('/ws')\nasync def h(socket) -> None: ...\napp = Litestar([h])\n", true},
		"Litestar, listener": {"from litestar import Litestar\nfrom litestar.handlers import websocket_listener\n@websocket_listener('/ws')\nasync def h(data: str) -> str: ...\napp = Litestar([h])\n", true},
		"Sanic":              {"from sanic import Sanic\napp = Sanic('x')\n@app.websocket('/ws')\nasync def h(request, ws): ...\n", true},
		"aiohttp":            {"from aiohttp import web\nasync def h(request):\n    ws = web.WebSocketResponse()\napp = web.Application()\n", true},
		"Falcon":             {"import falcon.asgi\nclass H:\n    async def on_websocket(self, req, ws): ...\napp = falcon.asgi.App()\n", true},
		"Starlette":          {"from starlette.applications import Starlette\nfrom starlette.endpoints import WebSocketEndpoint\nclass H(WebSocketEndpoint): ...\napp = Starlette()\n", true},
		"a comment":          {"from fastapi import FastAPI\napp = FastAPI()\n# @app.websocket('/ws')\n", false},
		"a broker":           {"from sanic import Sanic\nimport redis\napp = Sanic('x')\n@app.websocket('/ws')\nasync def h(request, ws): ...\n", false},
		"none":               {"from fastapi import FastAPI\napp = FastAPI()\n@app.get('/websocket')\ndef h(): ...\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := Detect(files("app.py", test.source, "requirements.txt", ""), Settings{})
			if err != nil || (found.Workers == 1) != test.one {
				t.Errorf("got %d workers, %v", found.Workers, err)
			}
		})
	}
}
