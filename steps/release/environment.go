package release

import (
	"fmt"
	"strconv"
	"strings"

	"slipway/steps/app"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// overlayModule is the name of the settings module of Slipway's own.
const overlayModule = "slipway_settings"

// variablesLine has systemd hand the release's variables to a process. Each wins over one
// of environmentLine. The file is always there, and what systemd can't read of it is an
// error: without it, an app would begin with none of its secrets, and say nothing.
func variablesLine(l layout.Layout, id string) string { return "EnvironmentFile=" + l.Variables(id) }

// environmentLine is a property with variables of Slipway's own, each "NAME=value".
func environmentLine(variables []string) string {
	return "Environment=" + shell.PropertyWords(variables...)
}

// appEnvironment are the variables that a command of the app sees besides, each
// "NAME=value": its packages' programs are found first, modules are found in the app's
// root, wherever a command's program is, and Django finds the settings of the app that is
// served.
func appEnvironment(l layout.Layout, p plan.Plan) []string {
	source, found := l.Source(p.Release), p.App
	path := source
	if found.PythonPath != "" {
		path = source + "/" + found.PythonPath + ":" + source
	}
	settings := found.SettingsModule
	if found.Overlay.Module != "" {
		path, settings = path+":"+overlayFolder(l, p.Release), overlayModule
	}
	variables := []string{"PATH=" + l.Path(p.Release), "PYTHONPATH=" + path}
	if settings != "" {
		variables = append(variables, "DJANGO_SETTINGS_MODULE="+settings)
	}
	switch hosts := found.Hosts; {
	case found.Overlay.Hosts:
		variables = append(variables, app.HostsVariable+"="+strings.Join(p.Hosts(), " "))
	case hosts.Supplied():
		variables = append(variables, hosts.Variable+"="+hosts.Value(p.Hosts()))
	}
	if found.ManagedPython != "" { // it may look for the authorities elsewhere than the system's own
		variables = append(variables, "SSL_CERT_FILE="+certificates)
	}
	return variables
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

// propertyWord is a word of a property as systemd-run takes it.
func propertyWord(word string) string { return shell.PropertyWords(word) }
