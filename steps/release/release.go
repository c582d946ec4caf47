package release

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/service"
	"slipway/steps/shell"
)

//go:embed nginxread.sh
var nginxReadText string

//go:embed variablesread.sh
var variablesReadText string

// unitsFolder is where the units of this package are.
const unitsFolder = "/etc/systemd/system/"

// Release is the fact that this release takes the traffic and no other.
var Release = &fact.Fact{
	Name: "release", Title: "the release takes the traffic", Phase: providers.PhaseOther, Limit: 20 * time.Minute,
	Inner: fact.Always,
	Reads: func(p plan.Plan) fact.Reads {
		l := layout.Of(p.ServerName())
		return fact.Reads{Units: unitNames(p),
			Files: append(shell.Paths(releaseFiles(fact.View{Plan: p})), l.Current(), l.SocketLink(p.Release))}
	},
	Look: func(p plan.Plan) string {
		file := shell.Quote(layout.Of(p.ServerName()).Handover(p.Release))
		return "if [ -r " + file + " ] && read -r seconds <" + file + `; then echo "` + handoverLine + `$seconds"; fi`
	},
	Decide: func(v fact.View) []providers.Change {
		l := layout.Of(v.Plan.ServerName())
		looked := shell.SplitLines(v.Looked)
		changes := slices.Concat(
			fact.ChangedFiles(v.Looked, "systemd runs the app in a sandbox", append(releaseUnits(v), processFiles(v)...)...),
			fact.ChangedFiles(v.Looked, "the app can't take all of the server's memory", sliceFiles(v)...),
			fact.ChangedFiles(v.Looked, "the release's health check", healthFile(v)),
			fact.ChangedFiles(v.Looked, "how much and how long a request may take", limitsFile(v)),
		)
		if up, now := unitsOf(v); !up {
			changes = append(changes, providers.Change{What: "start release " + v.Plan.Release + ", now and at every boot", Was: now})
		}
		if !slices.Contains(looked, "link "+l.Release(v.Plan.Release)+" "+l.Current()) ||
			!slices.Contains(looked, "link "+l.Socket(v.Plan.Release)+" "+l.SocketLink(v.Plan.Release)) {
			changes = append(changes, providers.Change{What: "switch to release " + v.Plan.Release + " once " + v.Plan.Health().Describe()})
		}
		return changes
	},
	Script: func(v fact.View) string {
		l, id := layout.Of(v.Plan.ServerName()), v.Plan.Release
		if servesAsItShould(v) {
			return shell.Lines(shell.PutAll(processFiles(v)), shell.ReloadUnits(l.Unit(id)+"-process-*.service"), shell.Script(othersText, nil), processScript(l, id))
		}
		limiting, reload := fact.Differing(v.Looked, sliceFiles(v)), shell.ReloadUnits(l.Unit(id)+".socket", l.Unit(id)+"*.service")
		if len(limiting) > 0 {
			reload = "systemctl daemon-reload" // it has made up slices that had no file, and does not notice that they have one
		}
		return shell.Lines(
			shell.Journal,
			shell.Script(variablesReadText, shell.Values{"file": l.Variables(id), "check_unit": "slipway-variables.service"}),
			portScript(v, l),
			shell.Script(nginxReadText, shell.Values{"current": l.Current()}),
			shell.PutAll(slices.Concat(releaseUnits(v), processFiles(v), limiting, []shell.File{healthFile(v), limitsFile(v)})),
			reload,
			SwitchScript(l, id),
		)
	},
	Detail: func(v fact.View) string { return v.Plan.DescribeApp() },
}

// servesAsItShould tells whether the web app is all that it should be: then what is wrong is a
// process beside it, and to restart the app would make visitors wait for nothing.
func servesAsItShould(v fact.View) bool {
	web := v
	web.Plan.ProcessesRest = true
	l, looked := layout.Of(v.Plan.ServerName()), shell.SplitLines(v.Looked)
	if len(fact.ChangedFiles(v.Looked, "", releaseFiles(web)...)) > 0 {
		return false
	}
	if up, _ := unitsOf(web); !up {
		return false
	}
	return slices.Contains(looked, "link "+l.Release(v.Plan.Release)+" "+l.Current()) &&
		slices.Contains(looked, "link "+l.Socket(v.Plan.Release)+" "+l.SocketLink(v.Plan.Release))
}

// unitNames are all units of the release.
func unitNames(p plan.Plan) []string {
	unit := layout.Of(p.ServerName()).Unit(p.Release)
	return append([]string{unit + ".service", unit + ".socket"}, processUnits(p)...)
}

// unitsOf tells whether all units of the release are active and enabled, and in a few
// words what they are.
func unitsOf(v fact.View) (up bool, now string) {
	units, unit := shell.UnitsByID(v.Looked), layout.Of(v.Plan.ServerName()).Unit(v.Plan.Release)
	up = true
	var states []string
	for _, name := range unitNames(v.Plan) {
		state := units[name].State()
		up = up && state == shell.ActiveAtBoot
		if state != "" {
			states = append(states, strings.TrimPrefix(name, unit+".")+" "+state)
		}
	}
	return up, strings.Join(states, ", ")
}

// UnitProperties are properties, "Key=value" as systemd-run takes them, by which a process
// sees what the release's own processes see: its folder, its variables, its packages, the
// app's state. shell.UnitLine makes lines of a unit of them.
func UnitProperties(l layout.Layout, p plan.Plan) []string {
	var secrets []string
	if file := service.SecretsFile(p); file != "" {
		secrets = []string{"EnvironmentFile=" + file} // the app's own variables win
	}
	return slices.Concat(secrets, []string{
		"WorkingDirectory=" + l.Source(p.Release),
		"StateDirectory=" + l.User,
		variablesLine(l, p.Release),
		environmentLine(append([]string{
			"HOME=" + l.State(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=1", "PORT=8000", "FORWARDED_ALLOW_IPS=*",
		}, appEnvironment(l, p, service.Variables(p))...)),
	}, dataLines(l, p.Release, p.App, strings.TrimSuffix(l.Kept(""), "/")))
}

// CommandProperties are the same for a command that InSandbox runs.
func CommandProperties(l layout.Layout, p plan.Plan) []string {
	return slices.Concat(UnitProperties(l, p), figures(p.App), []string{"UMask=0027"})
}

// releaseFiles are the release's units, the limits of what the app may take of the
// server, and the release's health check.
func releaseFiles(v fact.View) []shell.File {
	return slices.Concat(releaseUnits(v), processFiles(v), sliceFiles(v), []shell.File{healthFile(v), limitsFile(v)})
}

// releaseUnits are an instance's socket and service, and the proxy between them for an
// app that brings its own server. systemd holds the socket, so that a service that
// restarts loses no request.
//
// A change to their text restarts every app at the next run.
func releaseUnits(v fact.View) []shell.File {
	l, id, own := v.Layout(), v.Plan.Release, v.Plan.OwnServer()
	needs, starts, serves := "Requires="+l.Unit(id)+".socket", "", gunicornLines(v)
	if own {
		needs, starts, serves = "", "Service="+l.ProxyUnit(id)+".service", commandLines(v)
	}
	socket := shell.UnitFile(l.Unit(id)+".socket",
		shell.UnitSection{Name: "Unit", Lines: []string{fmt.Sprintf("Description=%s release %s, where nginx hands requests over", v.Plan.ServerName(), id)}},
		shell.UnitSection{Name: "Socket", Lines: []string{
			"ListenStream=" + l.Socket(id), "SocketUser=root", "SocketGroup=www-data", "SocketMode=0660", "Backlog=1024", starts,
		}},
		shell.UnitSection{Name: "Install", Lines: []string{"WantedBy=sockets.target"}})
	service := shell.UnitFile(l.Unit(id)+".service",
		shell.UnitSection{Name: "Unit", Lines: append([]string{
			fmt.Sprintf("Description=%s release %s", v.Plan.ServerName(), id), needs,
			"After=network-online.target", "Wants=network-online.target", "StartLimitIntervalSec=60", "StartLimitBurst=10",
		}, service.After(v.Plan)...)},
		shell.UnitSection{Name: "Service", Lines: slices.Concat(
			ownLines(l, v.Plan), serves,
			[]string{
				"TimeoutStartSec=" + strconv.Itoa(v.Plan.Health().Seconds), "TimeoutStopSec=" + killSeconds(v.Plan.App),
				"Restart=always", "RestartSec=1", "UMask=0027",
			}, appLines(v.Plan.App))},
		shell.UnitSection{Name: "Install", Lines: []string{"WantedBy=multi-user.target"}})
	if own {
		return []shell.File{socket, service, proxyFile(v)}
	}
	return []shell.File{socket, service, serveFile(v)}
}

// ownLines are the lines of a unit whose process is one of the release's own.
func ownLines(l layout.Layout, p plan.Plan) []string {
	lines := []string{"User=" + l.User, "Group=" + l.User}
	for _, property := range UnitProperties(l, p) {
		lines = append(lines, shell.UnitLine(property))
	}
	return lines
}

// handoverLine begins the line of the look about the handover to the release.
const handoverLine = "handover "

// Handover is how many seconds it took, once the release was healthy, until no new request
// went to the one before it; false if it took over from none. looked is what Release's look
// printed.
func Handover(looked string) (float64, bool) {
	seconds, err := strconv.ParseFloat(shell.Fields(looked)[strings.TrimSpace(handoverLine)], 64)
	return seconds, err == nil
}
