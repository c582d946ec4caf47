package release

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"slipway/steps/app"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// overlayModule is the name of the settings module of Slipway's own.
const overlayModule = "slipway_settings"

// appEnvironment are the variables that a command of the app sees besides, each with a
// space before it: modules are found in the app's root, wherever a command's program is,
// and Django finds the settings of the app that is served.
func appEnvironment(l layout.Layout, p plan.Plan) string {
	source, found := l.Source(p.Release), p.App
	path := source
	if found.PythonPath != "" {
		path = source + "/" + found.PythonPath + ":" + source
	}
	if !assignable(path) {
		path = source
	}
	settings := found.SettingsModule
	if found.Overlay.Module != "" {
		path, settings = path+":"+overlayFolder(l, p.Release), overlayModule
	}
	more := assignment("PYTHONPATH", path)
	if settings != "" {
		more += " DJANGO_SETTINGS_MODULE=" + settings
	}
	switch hosts := found.Hosts; {
	case found.Overlay.Hosts:
		more += assignment(app.HostsVariable, strings.Join(p.Hosts(), " "))
	case hosts.Supplied():
		more += assignment(hosts.Variable, hosts.Value(p.Hosts()))
	}
	if found.ManagedPython != "" { // it may look for the authorities elsewhere than the system's own
		more += assignment("SSL_CERT_FILE", certificates)
	}
	return more
}

// assignment is a variable of a unit's Environment=, with a space before it; "" for a
// value that can't be there.
func assignment(name, value string) string {
	if !assignable(value) {
		return ""
	}
	return " " + propertyWord(name+"="+value)
}

// propertyWord is a word of a property as systemd-run takes it.
func propertyWord(word string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(word) + `"`
}

// assignable tells whether a unit and systemd-run, which share their lines, both take a
// value for itself: in a unit only, a percent sign begins a specifier, and the end of a
// line another line.
func assignable(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return r == '%' || unicode.IsControl(r) })
}

func overlayFolder(l layout.Layout, id string) string { return l.Release(id) + "/slipway" }

// overlayFile is the settings module of Slipway's own: the app's, and what the app can't
// know of its server. The addresses come from a variable, so that the file stays the same
// as long as the release does.
func overlayFile(p plan.Plan) shell.File {
	l, overlay := layout.Of(p.Name), p.App.Overlay
	lines := []string{
		"# Written by slipway: the settings of the app, and what they can't know of the server.",
		fmt.Sprintf("from %s import *", overlay.Module),
		"import os as _os",
	}
	if overlay.Hosts {
		lines = append(lines, fmt.Sprintf("ALLOWED_HOSTS = [*globals().get(%s, []), *_os.environ.get(%s, \"\").split()]",
			pythonString("ALLOWED_HOSTS"), pythonString(app.HostsVariable)))
	}
	if root := overlay.StaticRoot; root != "" {
		lines = append(lines, fmt.Sprintf("STATIC_ROOT = %s", pythonString(l.Source(p.Release)+"/"+root)))
	}
	return shell.File{Path: overlayFolder(l, p.Release) + "/" + overlayModule + ".py", Mode: "644", Content: shell.Lines(lines...) + "\n"}
}

// pythonString is a text as Python's source has it: Go's escapes for ASCII are Python's
// too.
func pythonString(text string) string { return strconv.QuoteToASCII(text) }
