package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// unserved are the libraries whose apps can't be started without their owner's word: why,
// and the line to write.
var unserved = []struct{ library, why, next string }{
	{"reflex", "Reflex builds its pages with Node.js and needs two servers", `export its pages and set [app] command = "reflex run --env prod --backend-only --backend-host 127.0.0.1 --backend-port $PORT" in ` + SettingsFile},
	{"hug", "Hug adds its app to the module when it is loaded", `set app.wsgi = "{module}:__hug_wsgi__" in ` + SettingsFile},
	{"voila", "Voilà serves a notebook", `set [app] command = "voila NOTEBOOK.ipynb --no-browser --Voila.ip=127.0.0.1 --port=$PORT" in ` + SettingsFile},
	{"nicegui", "NiceGUI is not started by a script that was found", `set [app] command = "python {file}", and write ui.run(…, host="127.0.0.1", port=int(os.environ["PORT"]), show=False, reload=False) there`},
	{"gradio", "no script calls launch() of Gradio", `set [app] command = "env GRADIO_SERVER_PORT=$PORT python {file}" in ` + SettingsFile},
	{"panel", "no script calls servable() of Panel", `set [app] command = "panel serve {file} --port $PORT --allow-websocket-origin '*'" in ` + SettingsFile},
	{"tornado", "Tornado is not started by a script that was found", `set [app] command = "python {file}" in ` + SettingsFile + `, and write listen(int(os.environ["PORT"])) there`},
	{"aiohttp.web", "no object or function of the module makes the app of aiohttp", `set [app] command = "python {file}" in ` + SettingsFile + `, and write web.run_app(app, port=int(os.environ["PORT"])) there`},
	{"websockets", "no script that was found serves", `set [app] command = "python {file}" in ` + SettingsFile + `, and listen on int(os.environ["PORT"]) there`},
	{"cherrypy", "no script calls quickstart() of CherryPy", `set [app] command = "python {file}" in ` + SettingsFile + `, and set server.socket_port to int(os.environ["PORT"]) there`},
}

// none is the error for a folder in which no app was found. It says what to write for the
// framework that the source uses, or how other files start the app.
func (d *detection) none() error {
	if m, name, line := d.src.factoryWithArgs(); m != nil {
		_, dotted := d.src.target(m)
		return appUsage(fmt.Sprintf("%s in %s line %d makes the app but needs arguments that are not known", name, m.path, line), fmt.Sprintf("set app.wsgi = \"%s:%s(…)\" with them in %s", dotted, name, SettingsFile))
	}
	for _, p := range d.src.paths {
		if err := d.src.modules[p].unreadable; err != nil && !neverServed(p) {
			return fmt.Errorf("no Python web app was found in %s, and Python can't load %s: %w", d.folder(), p, err)
		}
	}
	if command, from := d.startedElsewhere(); command != "" {
		next := fmt.Sprintf("set app.command = %q in %s, with $PORT as its port", command, SettingsFile)
		if key, target := d.servedBy(command); target != "" {
			next = fmt.Sprintf("set %s = %q in %s", key, target, SettingsFile)
		}
		return appUsage("no Python web app was found in "+d.folder(), from+" starts it so: "+next)
	}
	for _, u := range unserved {
		for _, p := range d.src.paths {
			if m := d.src.modules[p]; !neverServed(p) && m.importsModule(u.library) {
				_, dotted := d.src.target(m)
				return appUsage(fmt.Sprintf("no Python web app was found in %s: %s (%s)", d.folder(), u.why, p), strings.NewReplacer("{file}", p, "{module}", dotted).Replace(u.next))
			}
		}
	}
	if d.exists("rxconfig.py") {
		return appUsage("no Python web app was found in "+d.folder()+": "+unserved[0].why, unserved[0].next)
	}
	return appUsage("no Python web app was found in "+d.folder(), `set app.wsgi = "module:object" in `+SettingsFile)
}

// importsModule tells whether a module imports another one, or something of it.
func (m *module) importsModule(name string) bool {
	return slices.ContainsFunc(m.imports, func(imp pyImport) bool {
		text := imp.text()
		return imp.level == 0 && (text == name || strings.HasPrefix(text, name+"."))
	})
}

// startLines are the files of other hosts that say how an app is started, and how.
var startLines = []struct {
	file string
	form *regexp.Regexp
}{
	{"render.yaml", regexp.MustCompile(`(?m)^[\s-]*startCommand:\s*(.+?)\s*$`)},
	{"railway.json", regexp.MustCompile(`"startCommand"\s*:\s*"([^"]+)"`)},
	{"railway.toml", regexp.MustCompile(`(?m)^\s*startCommand\s*=\s*"([^"]+)"`)},
	{"app.yaml", regexp.MustCompile(`(?m)^\s*entrypoint:\s*(.+?)\s*$`)},
	{"fly.toml", regexp.MustCompile(`(?m)^\s*(?:app|web)\s*=\s*"([^"]+ [^"]+)"`)},
}

// imageLine is a line of a Dockerfile that says what an image starts.
var imageLine = regexp.MustCompile(`(?m)^\s*(CMD|ENTRYPOINT)\s+(.+?)\s*$`)

// startedByImage is the command of a Dockerfile's last image: what CMD says are arguments
// for what ENTRYPOINT says. "" if it is a file of the image, which the app need not have.
func (d *detection) startedByImage() string {
	text, err := readText(d.fsys, "Dockerfile")
	if err != nil {
		return ""
	}
	entry, command := "", ""
	for _, found := range imageLine.FindAllSubmatch(text, -1) {
		if string(found[1]) == "CMD" {
			command = commandIn(found[2])
		} else {
			entry, command = commandIn(found[2]), ""
		}
	}
	started := strings.TrimSpace(entry + " " + command)
	program, rest, _ := strings.Cut(started, " ")
	if !path.IsAbs(program) {
		return started
	}
	if path.Base(path.Dir(program)) != "bin" || !servers[path.Base(program)] {
		return ""
	}
	return path.Base(program) + " " + rest
}

// commandIn is a command that is written as a line, or as a list of its words.
func commandIn(written []byte) string {
	var words []string
	if json.Unmarshal(written, &words) == nil {
		return strings.Join(words, " ")
	}
	return strings.Trim(string(written), `'"`)
}

// servedBy is the key and the app for a command that starts a server with an app of this
// folder; "" for any other command.
func (d *detection) servedBy(command string) (key, target string) {
	c := readCall(command)
	name, _, _ := strings.Cut(c.target, ":")
	_, m := d.src.locate(name)
	switch {
	case m == nil || !servers[c.program]:
		return "", ""
	case asgiServers[c.program]:
		return "app.asgi", c.target
	}
	return "app.wsgi", c.target
}

// startedElsewhere finds how a file for another host, or a console script, starts the app.
// That is only shown: it may belong to something else.
func (d *detection) startedElsewhere() (command, from string) {
	for _, s := range startLines {
		text, err := readText(d.fsys, s.file)
		if err != nil {
			continue
		}
		found := s.form.FindSubmatch(text)
		if found == nil {
			continue
		}
		return commandIn(found[1]), s.file
	}
	if command := d.startedByImage(); command != "" {
		return command, "Dockerfile"
	}
	document, err := readDocument(d.fsys, "pyproject.toml")
	if err != nil {
		return "", ""
	}
	project, _ := document["project"].(map[string]any)
	tool, _ := document["tool"].(map[string]any)
	poetry, _ := tool["poetry"].(map[string]any)
	for _, table := range []map[string]any{project, poetry} {
		scripts, _ := table["scripts"].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(scripts)) {
			return name + " --port $PORT", "pyproject.toml has the script " + name + ", which perhaps"
		}
	}
	return "", ""
}
