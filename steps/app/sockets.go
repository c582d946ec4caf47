package app

import (
	"fmt"
	"slices"
	"strings"
)

// socketImports are the modules of libraries that keep connections open, by the first
// part of the import, and whether each message must reach clients of every worker.
var socketImports = map[string]string{
	"flask_socketio": "Socket.IO", "socketio": "Socket.IO", "engineio": "Socket.IO",
	"flask_sock": "websockets", "flask_sockets": "websockets", "simple_websocket": "websockets", "channels": "websockets",
}

// brokers are libraries by which workers tell each other of a message. Socket.IO needs
// one worker all the same: it begins with requests that must reach the same worker.
var brokers = []string{"redis", "aioredis", "channels_redis", "broadcaster", "aio_pika", "aiokafka", "nats", "asyncpg_listen"}

// oneWorker finds an app whose open connections live in one process: a message that one
// client sends would reach only the clients of the same worker.
func (d *detection) oneWorker(settings map[string]chosen) {
	kind, where := d.sockets()
	if kind == "" {
		return
	}
	d.found.WorkerClass = d.socketWorker(kind)
	if _, set := settings["workers"]; set {
		return
	}
	d.found.Workers = 1
	if _, set := settings["worker_class"]; !set && d.found.WorkerClass != "" {
		d.found.because("gunicorn's worker_class", d.found.WorkerClass, d.found.Requirements.Source)
	}
	d.found.because("gunicorn's workers", "1", fmt.Sprintf("%s has %s: a message reaches the clients of one process only; the variable WEB_CONCURRENCY sets another number", where, kind))
}

// sockets tells what keeps connections open, and which line says so.
func (d *detection) sockets() (kind, where string) {
	brokered := false
	for _, m := range sorted(d.loaded()) {
		for _, imp := range m.imports {
			top, _, _ := strings.Cut(imp.module, ".")
			for _, b := range brokers {
				brokered = brokered || top == b
			}
			found := socketImports[top]
			if socketNames[imp.name] || imp.name == "websocket" && (top == "quart" || top == "litestar") {
				found = "websockets"
			}
			if imp.level > 0 || found == "" || kind == "Socket.IO" || !d.isForeign(m, imp) || kind == found {
				continue
			}
			kind, where = found, fmt.Sprintf("%s line %d", m.path, imp.line)
		}
		if n := m.socketLine(); n > 0 && kind == "" {
			kind, where = "websockets", fmt.Sprintf("%s line %d", m.path, n)
		}
	}
	if _, named := d.found.named("channels-redis"); brokered || named {
		if kind != "Socket.IO" {
			return "", ""
		}
	}
	return kind, where
}

// socketNames are what frameworks call the parts that make a websocket.
var socketNames = map[string]bool{
	"WebSocket": true, "WebSocketRoute": true, "WebSocketResponse": true, "WebSocketEndpoint": true, "WebSocketHandler": true,
	"WebsocketListener": true, "websocket_listener": true, "websocket_stream": true, "on_websocket": true, "add_websocket_route": true,
}

// socketDecorators are what frameworks call the decorator of a function that talks over a
// websocket.
var socketDecorators = map[string]bool{"websocket": true, "websocket_route": true, "ws": true}

// socketLine is the first line that makes a websocket, such as web.WebSocketResponse() and
// @app.websocket("/ws"); 0 if there is none.
func (m *module) socketLine() int {
	for _, l := range m.parsed().lines {
		if len(l.tokens) == 0 || l.tokens[0].is("import") || l.tokens[0].is("from") {
			continue
		}
		first := l.tokens[0]
		for i, t := range l.tokens {
			if t.kind != tokenName || i == 0 {
				continue
			}
			decorates := first.is("@") && (i == 1 || l.tokens[i-1].is(".")) && i+1 < len(l.tokens) && l.tokens[i+1].is("(")
			if socketNames[t.text] || decorates && socketDecorators[t.text] {
				return t.line
			}
		}
	}
	return 0
}

// socketWorker is the class of gunicorn's worker that fits the library which the app
// brings for its open connections; "" for threads, and for an ASGI app.
func (d *detection) socketWorker(kind string) string {
	if kind != "Socket.IO" || d.found.Server != WSGI {
		return ""
	}
	mode := d.asyncMode()
	_, eventlet := d.found.named("eventlet")
	_, gevent := d.found.named("gevent")
	_, geventSocket := d.found.named("gevent-websocket")
	switch {
	case mode == "eventlet" || mode == "" && eventlet:
		return "eventlet"
	case (mode == "gevent" || mode == "") && geventSocket:
		return "geventwebsocket.gunicorn.workers.GeventWebSocketWorker"
	case mode == "gevent" || mode == "" && gevent:
		return "gevent"
	}
	return ""
}

// asyncMode is the string that the app gives for async_mode.
func (d *detection) asyncMode() string {
	for _, m := range sorted(d.loaded()) {
		if !m.mentions("async_mode") {
			continue
		}
		tokens := tokenize(m.parsed().text)
		for i := range len(tokens) - 2 {
			if tokens[i].is("async_mode") && tokens[i+1].is("=") && tokens[i+2].kind == tokenString {
				return tokens[i+2].text
			}
		}
	}
	return ""
}

// withoutWrapped leaves out the apps that a Socket.IO app of the same module passes other
// requests on to: ASGIApp(sio, app) serves both.
func withoutWrapped(m *module, all []candidate) []candidate {
	wrapped := map[string]bool{}
	for _, c := range all {
		if c.framework != "socketio" {
			continue
		}
		for _, b := range m.parsed().top.names[c.object] {
			_, rest := dotted(b.value)
			if len(rest) == 0 || !rest[0].is("(") {
				continue
			}
			inside, _ := bracketed(rest)
			for _, arg := range split(inside, ",") {
				if len(arg) > 0 && arg[len(arg)-1].kind == tokenName {
					wrapped[arg[len(arg)-1].text] = true
				}
			}
		}
	}
	return slices.DeleteFunc(all, func(c candidate) bool { return c.framework != "socketio" && wrapped[c.object] })
}
