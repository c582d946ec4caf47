package release

import (
	"slipway/steps/app"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

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
// served. databases are those by which it finds the databases beside it.
func appEnvironment(l layout.Layout, p plan.Plan, databases []string) []string {
	source, found := l.Source(p.Release), p.App
	path := source
	if found.PythonPath != "" {
		path = source + "/" + found.PythonPath + ":" + source
	}
	settings := found.SettingsModule
	if found.Overlay.Module != "" {
		path, settings = path+":"+overlayFolder(l, p.Release), app.OverlayModule
	}
	variables := append([]string{"PATH=" + l.Path(p.Release), "PYTHONPATH=" + path}, databases...)
	if settings != "" {
		variables = append(variables, "DJANGO_SETTINGS_MODULE="+settings)
	}
	if name, value := found.HostVariable(p.Hosts()); name != "" {
		variables = append(variables, name+"="+value)
	}
	if found.ManagedPython != "" { // it may look for the authorities elsewhere than the system's own
		variables = append(variables, "SSL_CERT_FILE="+certificates)
	}
	return variables
}

func overlayFolder(l layout.Layout, id string) string { return l.Release(id) + "/slipway" }

// overlayFile is the settings module of Slipway's own: the app's, and what the app can't
// know of its server.
func overlayFile(p plan.Plan) shell.File {
	l := layout.Of(p.ServerName())
	return shell.File{Path: overlayFolder(l, p.Release) + "/" + app.OverlayModule + ".py", Mode: "644", Content: p.App.Overlay.Text(l.Source(p.Release))}
}
