package steps

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/shell"
)

// release is that this release answers and no other.
var release = &fact{
	name: "release", title: "the release takes the traffic", phase: providers.PhaseOther, limit: 20 * time.Minute,
	look: func(p Plan) string {
		l := layoutOf(p.Name)
		unit := l.unit(p.Release)
		return shell.Lines(
			shell.LookFiles(append(paths(releaseFiles(view{Plan: p})), l.current(), l.switched(p.Release))...),
			// Not systemctl show: systemd remembers what it said of an enabled unit
			// first, until it is reloaded.
			`for unit in `+strings.Join(append([]string{unit + ".service", unit + ".socket"}, processUnits(p)...), " ")+`; do`,
			`printf 'ActiveState=%s\nUnitFileState=%s\n\n' "$(systemctl is-active $unit)" "$(systemctl is-enabled $unit 2>/dev/null)"`,
			`done | sed '$d' | paste -s -d ' '`,
		)
	},
	decide: func(v view) []providers.Change {
		l := layoutOf(v.Plan.Name)
		looked := splitLines(v.Looked)
		changes := slices.Concat(
			changedFiles(v.Looked, "systemd runs the app in a sandbox", append(releaseUnits(v), processFiles(v)...)...),
			changedFiles(v.Looked, "the app can't take all of the server's memory", sliceFiles(v.System)...),
			changedFiles(v.Looked, "how the release is asked whether it is healthy", healthFile(v)),
		)
		const up = "ActiveState=active UnitFileState=enabled"
		if !slices.Contains(looked, up+strings.Repeat("  "+up, 1+len(v.Plan.App.Processes))) {
			changes = append(changes, providers.Change{What: "start release " + v.Plan.Release + ", now and at every boot", Was: stateOf(v)})
		}
		if !slices.Contains(looked, "link "+l.release(v.Plan.Release)+" "+l.current()) ||
			!slices.Contains(looked, "link "+l.socket(v.Plan.Release)+" "+l.switched(v.Plan.Release)) {
			changes = append(changes, providers.Change{What: "switch to release " + v.Plan.Release + " once " + v.Plan.Health().describe()})
		}
		return changes
	},
	script: func(v view) string {
		l, id := layoutOf(v.Plan.Name), v.Plan.Release
		return shell.Lines(
			portScript(v, l),
			put(releaseFiles(v)),
			reloadUnits(l.unit(id)+".socket", l.unit(id)+"*.service", appSlice, onceSlice),
			takeOverScript(l, id),
		)
	},
	detail: func(v view) string { return v.Plan.describeApp() },
}

// stateOf tells in a few words what systemd says of the release's units.
func stateOf(v view) string {
	names := append([]string{"service", "socket"}, processUnits(v.Plan)...)
	for _, line := range splitLines(v.Looked) {
		if !strings.HasPrefix(line, "ActiveState=") {
			continue
		}
		states := strings.Split(strings.NewReplacer("ActiveState=", "", "UnitFileState=", "").Replace(line), "  ")
		for i := range min(len(states), len(names)) {
			states[i] = names[i] + " " + states[i]
		}
		return strings.Join(states, ", ")
	}
	return ""
}

// surroundings are the properties of a unit that make a process see what the
// release's own processes do: its folder, its variables, the app's state.
func surroundings(l layout, id string) []string {
	return []string{
		"WorkingDirectory=" + l.source(id),
		"StateDirectory=" + l.user,
		"EnvironmentFile=-" + l.variables(id),
		"Environment=HOME=" + l.state() + " PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PORT=8000 FORWARDED_ALLOW_IPS=* PATH=" + l.path(id),
	}
}

// releaseFiles are the release's units, what the app may take of the server, and
// how the release is asked whether it is healthy.
func releaseFiles(v view) []shell.File {
	return slices.Concat(releaseUnits(v), processFiles(v), sliceFiles(v.System), []shell.File{healthFile(v)})
}

// releaseUnits are the release's socket and service, and what stands between
// them for an app that brings its own server. The socket is systemd's, so that a
// service that restarts loses no request.
func releaseUnits(v view) []shell.File {
	l, id := v.layout(), v.Plan.Release
	base := "/etc/systemd/system/" + l.unit(id)
	needs, starts, serves := "Requires="+l.unit(id)+".socket\n", "", gunicornLines(v)
	if v.Plan.ownServer() {
		needs, starts, serves = "", "Service="+l.proxyUnit(id)+".service\n", commandLines(v)
	}
	socket := shell.File{Path: base + ".socket", Mode: "644", Content: fmt.Sprintf(`# Written by slipway.
[Unit]
Description=%s release %s, where nginx hands requests over

[Socket]
ListenStream=%s
SocketUser=root
SocketGroup=www-data
SocketMode=0660
Backlog=1024
%s
[Install]
WantedBy=sockets.target
`, v.Plan.Name, id, l.socket(id), starts)}
	service := shell.File{Path: base + ".service", Mode: "644", Content: fmt.Sprintf(`# Written by slipway.
[Unit]
Description=%s release %s
%sAfter=network-online.target
Wants=network-online.target
StartLimitIntervalSec=60
StartLimitBurst=10

[Service]
User=%s
Group=%s
%s
%s
TimeoutStartSec=%d
TimeoutStopSec=35
Restart=always
RestartSec=1
UMask=0027
%s

[Install]
WantedBy=multi-user.target
`, v.Plan.Name, id, needs, l.user, l.user, strings.Join(surroundings(l, id), "\n"),
		serves, v.Plan.Health().Seconds, strings.Join(confined, "\n"))}
	if v.Plan.ownServer() {
		return []shell.File{socket, service, proxyFile(v)}
	}
	return []shell.File{socket, service}
}

// gunicornLines are what the service of gunicorn has.
func gunicornLines(v view) string {
	return shell.Lines(
		"Type=notify",
		"NotifyAccess=main",
		"ExecStart="+serveCommand(v),
		"ExecReload=/bin/kill -s HUP $MAINPID",
		"KillMode=mixed",
	)
}

// serveCommand is the line after ExecStart=. Gunicorn takes the socket that
// systemd hands it, whatever --bind says. What the app's own command says wins,
// since it comes last.
func serveCommand(v view) string {
	l, app := layoutOf(v.Plan.Name), v.Plan.App
	words := []string{
		l.release(v.Plan.Release) + "/venv/bin/gunicorn",
		"--workers", fmt.Sprint(workers(v.System)), "--threads", "4",
		"--worker-tmp-dir", "/dev/shm", "--graceful-timeout", "30",
		// Longer than nginx keeps a connection, so that only nginx ever closes one.
		"--keep-alive", "10",
	}
	if app.Server == "asgi" {
		words = append(words, "--worker-class", "uvicorn_worker.UvicornWorker")
	}
	if app.PythonPath != "" {
		words = append(words, "--pythonpath", app.PythonPath)
	}
	if app.GunicornArgs != nil {
		return unitWords(append(words, app.GunicornArgs...)...)
	}
	return unitWords(append(words, app.Target)...)
}

// unitWords quotes words for a unit's ExecStart, where %, $, quotes and
// backslashes mean something.
func unitWords(words ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`, `$`, `$$`)
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if w == "" || strings.ContainsAny(w, " \t\\\"'%$;") {
			quoted[i] = `"` + escape.Replace(w) + `"`
		}
	}
	return strings.Join(quoted, " ")
}
