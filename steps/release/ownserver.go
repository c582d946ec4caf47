package release

import (
	_ "embed"
	"fmt"
	"strings"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/shell"
)

const socketProxy = "/usr/lib/systemd/systemd-socket-proxyd"

// commandLines are what the service of a command that listens on $PORT has
// where that of gunicorn has its own. It counts as started when it listens: its
// socket holds what comes in before that.
func commandLines(v fact.View) string {
	l, id := v.Layout(), v.Plan.Release
	return shell.Lines(
		"Type=exec",
		"EnvironmentFile="+l.Port(id),
		runLines(v.Plan.App.Command),
		"ExecStartPost=/bin/bash -c "+shell.UnitWords(listening),
	)
}

// runLines run a line for sh. The signal to end goes to its program alone,
// which knows what becomes of its children; a shell that has to stay would end
// at once, and systemd with it what it started.
func runLines(command string) string {
	line, whole := app.Exec(command)
	kill := "control-group"
	if whole {
		kill = "mixed"
	}
	return shell.Lines("ExecStart=/bin/sh -c "+shell.UnitWords(line), "KillMode="+kill)
}

// listening waits until something listens on $PORT; that the program ended is
// not waited for. After ten seconds it says what it waits for.
const listening = `n=0; until (: </dev/tcp/127.0.0.1/$PORT) 2>/dev/null; do kill -0 $MAINPID || exit 1; sleep 0.1; n=$((n + 1)); ` +
	`[ $n != 100 ] || echo "nothing listens on port $PORT yet: the web command must listen on the port that PORT names"; done`

// proxyFile is the service that an instance's socket starts.
func proxyFile(v fact.View) shell.File {
	l, id := v.Layout(), v.Plan.Release
	return shell.File{Path: "/etc/systemd/system/" + l.ProxyUnit(id) + ".service", Mode: "644", Content: fmt.Sprintf(`# Written by slipway.
[Unit]
Description=%[1]s release %[2]s, from its socket to its port
Requires=%[3]s.service %[3]s.socket
After=%[3]s.service

[Service]
Type=notify
User=%[4]s
Group=%[4]s
EnvironmentFile=%[5]s
ExecStart=%[6]s --connections-max=1024 127.0.0.1:${PORT}
Restart=always
RestartSec=1
%[7]s
`, v.Plan.Name, id, l.Unit(id), l.User, l.Port(id), socketProxy, strings.Join(confined, "\n"))}
}

//go:embed port.sh
var choosePort string

// portScript is what the release's instance needs of ports before it starts:
// nothing, unless the app brings its own server.
func portScript(v fact.View, l layout.Layout) string {
	if !v.Plan.OwnServer() {
		return ":"
	}
	return shell.Script(choosePort, shell.Values{"file": l.Port(v.Plan.Release), "releases": l.Releases()})
}
