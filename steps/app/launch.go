package app

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// launch is how a script that brings its own server is started.
type launch struct {
	module    *module
	framework string
	line      int
	// command is a line for sh that listens on $PORT; "" if there is none.
	command string
	// refused says what is wrong with the script's port, and next what to write, if
	// there is no command.
	refused, next string
}

// scriptServers are the programs that serve a script which imports their library. In a
// command, {file} is the script.
var scriptServers = []struct {
	// library is what the script imports, and called the last name of a call that it
	// has; "" for any.
	library, called string
	command         string
}{
	{"streamlit", "", "streamlit run {file} --server.port $PORT --server.address 127.0.0.1 --server.headless true --server.fileWatcherType none --browser.gatherUsageStats false"},
	{"gradio", "launch", "env GRADIO_SERVER_PORT=$PORT GRADIO_SERVER_NAME=127.0.0.1 GRADIO_ANALYTICS_ENABLED=False python {file}"},
	{"chainlit", "", "chainlit run {file} --headless --host 127.0.0.1 --port $PORT"},
	{"marimo", "App", "marimo run {file} --headless --host 127.0.0.1 --port $PORT"},
	{"mesop", "", "mesop {file} --port $PORT --prod"},
	{"robyn", "start", "env ROBYN_HOST=127.0.0.1 ROBYN_PORT=$PORT python {file}"},
	{"panel", "servable", "panel serve {file} --address 127.0.0.1 --port $PORT --allow-websocket-origin '*'"},
	{"flet", "app", "env FLET_FORCE_WEB_SERVER=true FLET_SERVER_IP=127.0.0.1 FLET_SERVER_PORT=$PORT python {file}"},
	{"flet", "run", "env FLET_FORCE_WEB_SERVER=true FLET_SERVER_IP=127.0.0.1 FLET_SERVER_PORT=$PORT python {file}"},
	{"web", "run", "python {file} 127.0.0.1:$PORT"},
	{"bokeh", "curdoc", "bokeh serve {file} --address 127.0.0.1 --port $PORT --allow-websocket-origin '*'"},
	{"taipy", "run", "taipy run {file} --host 127.0.0.1 --port $PORT"},
}

// ownServers are the calls by which a script listens by itself, and what to write so that
// they take the port from the environment. {port} is the port that they have now.
var ownServers = map[string]struct{ framework, port, write string }{
	"aiohttp.web.run_app":                   {"aiohttp", "8080", `run_app(…, port=int(os.environ.get("PORT", {port})))`},
	"aiohttp.web.TCPSite":                   {"aiohttp", "8080", `TCPSite(…, port=int(os.environ.get("PORT", {port})))`},
	"bottle.run":                            {"bottle", "8080", `run(…, port=int(os.environ.get("PORT", {port})))`},
	"tornado.listen":                        {"tornado", "8888", `listen(int(os.environ.get("PORT", {port})))`},
	"nicegui.ui.run":                        {"nicegui", "8080", `ui.run(…, host="127.0.0.1", port=int(os.environ.get("PORT", {port})), show=False, reload=False)`},
	"uvicorn.run":                           {"", "8000", `uvicorn.run(…, port=int(os.environ.get("PORT", {port})))`},
	"waitress.serve":                        {"", "8080", `serve(…, host="127.0.0.1", port=int(os.environ.get("PORT", {port})))`},
	"werkzeug.serving.run_simple":           {"", "5000", `run_simple("127.0.0.1", int(os.environ.get("PORT", {port})), …)`},
	"wsgiref.simple_server.make_server":     {"", "8000", `make_server("127.0.0.1", int(os.environ.get("PORT", {port})), …)`},
	"gevent.pywsgi.WSGIServer":              {"", "8000", `WSGIServer(("127.0.0.1", int(os.environ.get("PORT", {port}))), …)`},
	"http.server.HTTPServer":                {"", "8000", `HTTPServer(("127.0.0.1", int(os.environ.get("PORT", {port}))), …)`},
	"http.server.ThreadingHTTPServer":       {"", "8000", `ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", {port}))), …)`},
	"socketserver.TCPServer":                {"", "8000", `TCPServer(("127.0.0.1", int(os.environ.get("PORT", {port}))), …)`},
	"socketserver.ThreadingTCPServer":       {"", "8000", `ThreadingTCPServer(("127.0.0.1", int(os.environ.get("PORT", {port}))), …)`},
	"websockets.serve":                      {"websockets", "8765", `serve(…, "127.0.0.1", int(os.environ.get("PORT", {port})))`},
	"websockets.server.serve":               {"websockets", "8765", `serve(…, "127.0.0.1", int(os.environ.get("PORT", {port})))`},
	"websockets.asyncio.server.serve":       {"websockets", "8765", `serve(…, "127.0.0.1", int(os.environ.get("PORT", {port})))`},
	"websockets.sync.server.serve":          {"websockets", "8765", `serve(…, "127.0.0.1", int(os.environ.get("PORT", {port})))`},
	"asyncio.start_server":                  {"", "8000", `start_server(…, "127.0.0.1", int(os.environ.get("PORT", {port})))`},
	"cherrypy.quickstart":                   {"cherrypy", "8080", `cherrypy.config.update({"server.socket_port": int(os.environ.get("PORT", {port}))}) before it`},
	"cherrypy.engine.start":                 {"cherrypy", "8080", `cherrypy.config.update({"server.socket_port": int(os.environ.get("PORT", {port}))}) before it`},
	"hypercorn.asyncio.serve":               {"", "8000", `config.bind = ["127.0.0.1:" + os.environ.get("PORT", "{port}")] before it`},
	"aiohttp.web.AppRunner":                 {"aiohttp", "8080", `TCPSite(…, port=int(os.environ.get("PORT", {port})))`},
	"daphne.server.Server":                  {"", "8000", `Server(…, endpoints=["tcp:" + os.environ.get("PORT", "{port}") + ":interface=127.0.0.1"])`},
	"twisted.internet.reactor.listenTCP":    {"twisted", "8080", `listenTCP(int(os.environ.get("PORT", {port})), …)`},
	"pywebio.start_server":                  {"pywebio", "8080", `start_server(…, port=int(os.environ.get("PORT", {port})))`},
	"pywebio.platform.tornado.start_server": {"pywebio", "8080", `start_server(…, port=int(os.environ.get("PORT", {port})))`},
}

// neverStarted are names of folders whose scripts serve nothing by themselves: pages are
// parts of a Streamlit app.
var neverStarted = map[string]bool{"pages": true, "scripts": true, "tools": true}

// launches are the scripts that serve, in the order in which they are likely to be meant.
func (src *source) launches() []launch {
	var all []launch
	for _, p := range src.paths {
		if neverServed(p) || path.Base(p) == "bottle.py" || slices.ContainsFunc(strings.Split(path.Dir(p), "/"), func(folder string) bool { return neverStarted[folder] }) {
			continue
		}
		if l, ok := src.launchOf(src.modules[p]); ok {
			all = append(all, l)
		}
	}
	return src.likelyFirst(all)
}

// launchOf tells how a module serves by itself, if it does.
func (src *source) launchOf(m *module) (launch, bool) {
	for _, s := range scriptServers {
		if !m.uses(s.library) || src.moduleAt("", s.library) != nil || src.folders[s.library] {
			continue
		}
		call := m.call(s.called)
		if s.called != "" && call == nil {
			continue
		}
		l := launch{module: m, framework: s.library, line: m.importLine(s.library), command: strings.ReplaceAll(s.command, "{file}", shellWord(m.path))}
		if call != nil {
			l.line = call.line
		}
		if port := portAmong(call, "server_port"); s.library == "gradio" && port != "" {
			l.command, l.refused = "", fmt.Sprintf("%s line %d listens on port %s only, and each release needs a port of its own", m.path, call.line, port)
			l.next = fmt.Sprintf("leave server_port=%s out there: the port comes from GRADIO_SERVER_PORT then", port)
		}
		return l, true
	}
	return src.ownServer(m)
}

// ownServer finds a call by which a module listens by itself.
func (src *source) ownServer(m *module) (launch, bool) {
	if !m.traits.calls {
		return launch{}, false
	}
	file := m.parsed()
	for i := range file.calls {
		call := &file.calls[i]
		if call.scope != file.top && !call.main && !file.starts && !m.mentions("__main__") {
			continue // It is a library's: something else starts it.
		}
		name := src.externalName(call.scope, call.name)
		if last := call.last(); last == "listen" && m.uses("tornado") {
			name = "tornado." + last
		}
		server, known := ownServers[name]
		if !known {
			continue
		}
		l := launch{module: m, framework: server.framework, line: call.line}
		if command := src.portCommand(m); command != "" {
			l.command = command
			return l, true
		}
		port := portAmong(call, "")
		listens := "listens on port " + port + " only"
		if port == "" {
			port, listens = server.port, "does not take its port from the environment"
		}
		l.refused = fmt.Sprintf("%s line %d %s, and each release needs a port of its own", m.path, call.line, listens)
		l.next = "import os, and write " + strings.ReplaceAll(server.write, "{port}", port)
		return l, true
	}
	return launch{}, false
}

// portCommand is the command that gives a script its port, by what the script reads; "" if
// it reads none.
func (src *source) portCommand(m *module) string {
	python := "python " + shellWord(m.path)
	if src.isPackage(path.Dir(m.path)) {
		_, dotted := src.target(m)
		python = "python -m " + strings.TrimSuffix(dotted, ".__main__")
	}
	switch {
	case m.mentions(`"PORT"`, `'PORT'`):
		return python
	case m.mentions(`define("port"`, `define('port'`):
		return python + " --port=$PORT"
	case m.mentions(`"--port"`, `'--port'`):
		return python + " --port $PORT"
	case m.mentions("int(sys.argv[1])"):
		return python + " $PORT"
	}
	return ""
}

func (m *module) mentions(texts ...string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(m.parsed().text, text) })
}

// portAmong is the port that a call has as a number: behind the keyword, if one is given,
// else anywhere among its arguments; "" if there is none.
func portAmong(call *pyCall, keyword string) string {
	if call == nil {
		return ""
	}
	for _, arg := range split(call.args, ",") {
		named := len(arg) > 1 && arg[1].is("=")
		if keyword != "" && (!named || !arg[0].is(keyword)) || named && !strings.Contains(arg[0].text, "port") {
			continue
		}
		for _, t := range arg {
			if t.kind == tokenNumber && len(t.text) >= 2 && len(t.text) <= 5 && strings.Trim(t.text, "0123456789") == "" {
				return t.text
			}
		}
	}
	return ""
}

// onlyDefines tells a module that does nothing when it is run: its functions are for others.
func (m *module) onlyDefines() bool {
	return !m.mentions("__main__") && !slices.ContainsFunc(m.parsed().lines, func(l line) bool {
		_, rest := dotted(l.tokens)
		return l.scope == m.parsed().top && len(rest) > 0 && rest[0].is("(") || l.scope == m.parsed().top && l.tokens[0].is("with")
	})
}

// likelyFirst drops scripts that another one loads or that only define something, and puts the usual names first.
func (src *source) likelyFirst(all []launch) []launch {
	loaded := map[*module]bool{}
	for _, p := range src.paths {
		if !neverServed(p) {
			for _, m := range src.loads(src.modules[p]) {
				loaded[m] = true
			}
		}
	}
	kept := slices.DeleteFunc(slices.Clone(all), func(l launch) bool { return loaded[l.module] })
	if len(kept) == 0 {
		kept = all
	}
	if shown := slices.DeleteFunc(slices.Clone(kept), func(l launch) bool { return l.framework == "streamlit" && l.module.onlyDefines() }); len(shown) > 0 {
		kept = shown
	}
	slices.SortStableFunc(kept, func(a, b launch) int {
		if d := strings.Count(a.module.path, "/") - strings.Count(b.module.path, "/"); d != 0 {
			return d
		}
		return scriptRank(a.module.path) - scriptRank(b.module.path)
	})
	return kept
}

// usualScripts are the usual names of scripts that serve, the best first.
var usualScripts = []string{"streamlit_app.py", "app.py", "main.py", "server.py", "home.py", "demo.py", "run.py", "dashboard.py", "index.py"}

func scriptRank(file string) int {
	if i := slices.Index(usualScripts, strings.ToLower(path.Base(file))); i >= 0 {
		return i
	}
	return len(usualScripts)
}

// launch starts the script that serves; ok is false if there is none.
func (d *detection) launch() (ok bool, err error) {
	all := d.src.launches()
	if len(all) == 0 {
		return false, nil
	}
	first := all[0]
	if len(all) > 1 && scriptRank(first.module.path) == scriptRank(all[1].module.path) && strings.Count(first.module.path, "/") == strings.Count(all[1].module.path, "/") {
		names := make([]string, 0, len(all))
		for _, l := range all {
			names = append(names, l.module.path)
		}
		return true, appUsage(fmt.Sprintf("%d scripts that serve were found in %s", len(all), d.folder()),
			fmt.Sprintf("set app.command = %q, or the other one, in %s", first.wouldBe(), SettingsFile), namedOf(names))
	}
	return true, d.start(first)
}

func (d *detection) start(l launch) error {
	if l.refused != "" {
		return appUsage(l.refused, l.next)
	}
	from := fmt.Sprintf("%s line %d", l.module.path, l.line)
	if err := d.command(l.command, from); err != nil {
		return err
	}
	d.entry, d.found.PythonPath, d.found.Framework = l.module, d.src.base(l.module), l.framework
	if l.framework != "" {
		d.found.because("framework", l.framework, from)
	}
	return nil
}

// startScript starts the script that a Procfile has python run. Its own server may need to
// be told the port, and a development server gives way to gunicorn.
func (d *detection) startScript(c call, command, from string) error {
	m := d.src.modules[c.script]
	if m == nil || len(c.args) > 0 || strings.Contains(command, "PORT") {
		return d.command(command, from)
	}
	for _, a := range append(d.src.held(), d.src.bottles()...) {
		if a.module == m {
			d.choose(a)
			d.found.because("web server", gunicorn, fmt.Sprintf("%s runs %s directly, which is for development", from, c.script))
			return nil
		}
	}
	l, ok := d.src.launchOf(m)
	if !ok || l.command == "python "+c.script {
		return d.command(command, from)
	}
	return d.start(l)
}

// wouldBe is the command, or the one that would do if the script read $PORT.
func (l launch) wouldBe() string {
	if l.command != "" {
		return l.command
	}
	return "python " + shellWord(l.module.path)
}
