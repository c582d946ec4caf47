package app

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// gunicornConfig is the file that gunicorn reads by itself.
const gunicornConfig = "gunicorn.conf.py"

// chosen is what the app says about one of gunicorn's settings.
type chosen struct {
	// value is the text of a string or a number; "" if it is computed.
	value string
	// source is the file and the line.
	source string
}

// gunicornOptions are the settings that matter here, by gunicorn's options.
var gunicornOptions = map[string]string{
	"-w": "workers", "--workers": "workers", "--threads": "threads", "-k": "worker_class", "--worker-class": "worker_class",
	"-t": "timeout", "--timeout": "timeout", "--graceful-timeout": "graceful_timeout", "--preload": "preload_app",
	"--max-requests": "max_requests", "-c": "config", "--config": "config", "-D": "daemon", "--daemon": "daemon",
	"--reuse-port": "reuse_port", "-p": "pidfile", "--pid": "pidfile", "-u": "user", "--user": "user", "-g": "group", "--group": "group",
	"--error-logfile": "errorlog", "--log-file": "errorlog", "--access-logfile": "accesslog", "--reload": "reload",
	"--certfile": "certfile", "--keyfile": "keyfile", "--chdir": "chdir", "--keep-alive": "keepalive",
}

// flagSettings are the settings whose options take no value.
var flagSettings = map[string]bool{"preload_app": true, "daemon": true, "reuse_port": true, "reload": true}

// keptSettings are shown in the plan: the app decides them, and slipway would otherwise.
var keptSettings = []string{"workers", "threads", "worker_class", "timeout", "graceful_timeout", "preload_app", "max_requests"}

// refusedSettings can't be the app's; serve.py overrides them.
var refusedSettings = map[string]string{
	"bind": "nginx passes requests over a socket that systemd holds", "reuse_port": "systemd holds the socket",
	"daemon": "systemd runs the app", "pidfile": "systemd knows the process", "user": "the app has a user of its own",
	"group": "the app has a user of its own", "reload": "a release does not change",
	"certfile": "nginx speaks HTTPS", "keyfile": "nginx speaks HTTPS",
}

// gunicorn reads which of gunicorn's settings the app decides, and says what can't hold.
// The settings themselves are gunicorn's to read, on the server; here they tell how long
// nginx and systemd have to wait.
func (d *detection) gunicorn() error {
	whole := d.found.Command == "" || d.found.GunicornArgs != nil
	if !whole && d.gunicornCall == nil {
		return nil
	}
	settings := d.optionSettings()
	for name, c := range d.configSettings(settings["config"].value) {
		if _, given := settings[name]; !given {
			settings[name] = c
		}
	}
	if !whole {
		d.limits(settings)
		return nil
	}
	if class := settings["worker_class"].value; strings.Contains(class, "uvicorn") || class == ASGI {
		d.found.Server = ASGI
	}
	for _, name := range keptSettings {
		if c, ok := settings[name]; ok {
			value := c.value
			if value == "" {
				value = "as it says"
			}
			d.found.because("gunicorn's "+name, value, c.source)
		}
	}
	d.warnOfSettings(settings)
	d.limits(settings)
	d.oneWorker(settings)
	return nil
}

// optionSettings are the settings that the web command has as options. Those that are
// dropped already, such as --bind, are not among them.
func (d *detection) optionSettings() map[string]chosen {
	all := map[string]chosen{}
	args := d.found.GunicornArgs
	if args == nil {
		args = d.gunicornCall
	}
	for i := 0; i < len(args); i++ {
		option, value, joined := strings.Cut(args[i], "=")
		name := gunicornOptions[option]
		if name == "" && len(args[i]) > 2 && args[i][0] == '-' && args[i][1] != '-' { // -w4
			option, value, joined = args[i][:2], args[i][2:], true
			name = gunicornOptions[option]
		}
		if name == "" {
			continue
		}
		if !joined && !flagSettings[name] && i+1 < len(args) {
			i++
			value = args[i]
		}
		all[name] = chosen{value: value, source: d.commandSource}
	}
	return all
}

// configSettings reads the assignments of gunicorn's configuration file. named is what
// --config says: a file, "file:" and a file, or "python:" and a module.
func (d *detection) configSettings(named string) map[string]chosen {
	file := gunicornConfig
	if named != "" {
		file = strings.TrimPrefix(named, "file:")
	}
	if module, ok := strings.CutPrefix(named, "python:"); ok {
		if _, m := d.src.locate(module); m != nil {
			file = strings.TrimPrefix(m.path, d.gunicornFolder+"/")
		}
	}
	file = path.Join(d.gunicornFolder, file)
	text, err := d.read(file)
	if err != nil {
		return nil
	}
	all := map[string]chosen{}
	readAssignments(parse(text), func(name string, value []token) {
		all[name] = chosen{value: literal(value), source: fmt.Sprintf("%s line %d", file, value[0].line)}
	})
	return all
}

// readAssignments finds the assignments of a file's top level, those under if and try
// as well: the last one of a name counts.
func readAssignments(stmts []statement, found func(name string, value []token)) {
	for _, s := range stmts {
		switch s.keyword() {
		case "def", "class":
		case "":
			parts := split(s.tokens, "=")
			if value := parts[len(parts)-1]; len(parts) > 1 && len(value) > 0 {
				for _, target := range parts[:len(parts)-1] {
					if len(target) == 1 && target[0].kind == tokenName {
						found(target[0].text, value)
					}
				}
			}
		default:
			readAssignments(s.body, found)
		}
	}
}

// literal is the text of a value that is a string, a number or a word such as True; of
// os.environ.get("X", "90") and the like it is the default; "" for anything else.
func literal(value []token) string {
	if read, ok := environmentRead(value); ok {
		value = read.fallback()
	}
	if len(value) == 1 && value[0].kind <= tokenString {
		return value[0].text
	}
	return ""
}

// warnOfSettings says what serve.py overrides.
func (d *detection) warnOfSettings(settings map[string]chosen) {
	for _, name := range slices.Sorted(maps.Keys(refusedSettings)) {
		c, set := settings[name]
		if !set || c.value == "False" || c.value == "None" {
			continue
		}
		d.found.warn(fmt.Sprintf("%s: gunicorn's %s is not used: %s", c.source, name, refusedSettings[name]))
	}
	for _, name := range []string{"accesslog", "errorlog"} {
		if c, set := settings[name]; set && c.value != "" && c.value != "-" && c.value != "None" {
			d.found.warn(fmt.Sprintf("%s: if the app can't write to gunicorn's %s %s, its lines go to slipway logs", c.source, name, c.value))
		}
	}
}

// settingsLimits takes the limits of slipway.toml.
func (d *detection) settingsLimits() {
	l := d.settings.Limits
	d.found.Limits = l
	if l.Upload != 0 {
		d.found.because("limit of an upload", sizeInWords(l.Upload), SettingsFile)
	}
	if l.Request != 0 {
		d.found.because("limit of a request", timeInWords(l.Request), SettingsFile)
	}
	if l.Stop != 0 {
		d.found.because("limit of an end", timeInWords(l.Stop), SettingsFile)
	}
}

// noLimit is how long nginx waits for an app that has switched gunicorn's timeout off.
const noLimit = time.Hour

// limits takes the times that the app sets for gunicorn, unless slipway.toml sets them. A
// time below the default changes nothing but gunicorn's own.
func (d *detection) limits(settings map[string]chosen) {
	if t, from, ok := seconds(settings["timeout"]); ok && d.found.Limits.Request == 0 {
		if t == 0 {
			t = noLimit
		}
		if t > DefaultRequest {
			d.found.Limits.Request = t
			d.found.because("limit of a request", timeInWords(t), from)
		}
	}
	if t, from, ok := seconds(settings["graceful_timeout"]); ok && d.found.Limits.Stop == 0 && t > DefaultStop {
		d.found.Limits.Stop = t
		d.found.because("limit of an end", timeInWords(t), from)
	}
}

var wholeSeconds = regexp.MustCompile(`^[0-9]{1,5}$`)

func seconds(c chosen) (t time.Duration, from string, ok bool) {
	if !wholeSeconds.MatchString(c.value) {
		return 0, "", false
	}
	n, _ := strconv.Atoi(c.value) // five digits always fit
	return min(time.Duration(n)*time.Second, maxTime), c.source, true
}
