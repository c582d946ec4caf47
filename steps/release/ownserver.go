package release

import (
	_ "embed"
	"fmt"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/shell"
)

//go:embed chooseport.sh
var choosePortText string

const socketProxy = "/usr/lib/systemd/systemd-socket-proxyd"

// commandLines are the lines of the service of a command that listens on $PORT, as
// gunicornLines are gunicorn's. It counts as started when it listens; until then its
// socket holds the requests.
func commandLines(v fact.View) []string {
	lines := append([]string{"Type=exec", "EnvironmentFile=" + v.Layout().Port(v.Plan.Release)}, runLines(v.Plan.App.Command)...)
	return append(lines, "ExecStartPost="+shell.UnitWords("/bin/bash", "-c", listening))
}

// runLines are the lines of a service that runs a line of shell. The signal to end goes
// to the program alone, if the shell can be replaced by it: the program knows how to end
// its children. A shell that stays would end at once, and systemd would kill the rest,
// so there the signal goes to all.
func runLines(command string) []string {
	line, whole := app.Exec(command)
	kill := "control-group"
	if whole {
		kill = "mixed"
	}
	return []string{"ExecStart=" + shell.UnitWords("/bin/sh", "-c", line), "KillMode=" + kill}
}

// listening waits until something listens on $PORT, or the program has ended. After ten
// seconds it says what it waits for. It is a line of a unit, so it is no file of its own.
const listening = `n=0; until (: </dev/tcp/127.0.0.1/$PORT) 2>/dev/null; do kill -0 $MAINPID || exit 1; sleep 0.1; n=$((n + 1)); ` +
	`[ $n != 100 ] || echo "nothing listens on port $PORT yet: the web command must listen on the port that PORT names"; done`

// proxyFile is the service that passes requests from an instance's socket to its port.
func proxyFile(v fact.View) shell.File {
	l, id := v.Layout(), v.Plan.Release
	service := l.Unit(id) + ".service"
	return shell.UnitFile(l.ProxyUnit(id)+".service",
		shell.UnitSection{Name: "Unit", Lines: []string{
			fmt.Sprintf("Description=%s release %s, from its socket to its port", v.Plan.ServerName(), id),
			"Requires=" + service + " " + l.Unit(id) + ".socket", "After=" + service,
		}},
		shell.UnitSection{Name: "Service", Lines: append([]string{
			"Type=notify", "User=" + l.User, "Group=" + l.User, "EnvironmentFile=" + l.Port(id),
			"ExecStart=" + socketProxy + " --connections-max=1024 127.0.0.1:${PORT}", "Restart=always", "RestartSec=1",
		}, appLines(v.Plan.App)...)})
}

// portScript chooses the port of an instance before it starts. Only an app that brings
// its own server needs one.
func portScript(v fact.View, l layout.Layout) string {
	if !v.Plan.OwnServer() {
		return ":"
	}
	return shell.Script(choosePortText, shell.Values{"file": l.Port(v.Plan.Release), "releases": l.Releases()})
}
