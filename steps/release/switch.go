package release

import (
	_ "embed"
	"strconv"

	"slipway/steps/layout"
	"slipway/steps/shell"
)

//go:embed switch.sh
var switchText string

//go:embed relink.sh
var relinkText string

//go:embed others.sh
var othersText string

//go:embed idle.sh
var idleText string

//go:embed retire.sh
var retireText string

//go:embed retirelater.sh
var retireLaterText string

//go:embed prune.sh
var pruneText string

const (
	// keptReleases is how many releases that took traffic stay on the server, the
	// current one included.
	keptReleases = 5
	// retireUnit waits for requests to the old release that take long.
	retireUnit = "slipway-retire.service"
	// drainTenths is how long, in tenths of a second, a switch waits until nothing talks
	// to the old release. The connections that nginx keeps to it end within two seconds,
	// each after the request that it is used for.
	drainTenths = 25
	// retireSeconds is how long requests may go on after that, if the old release does not
	// say how long nginx waits for its answers.
	retireSeconds = 60
)

// SwitchScript is shell text that starts a release whose units are there, and lets it
// take the traffic once it is healthy. If it is not healthy, the script fails and the
// release before goes on. It prints why, and what a person has to know.
func SwitchScript(l layout.Layout, id string) string {
	return shell.Lines(
		startFunctions(l, id), shell.Script(relinkText, nil), shell.Script(othersText, nil), shell.Script(idleText, nil),
		shell.Script(nginxReadText, shell.Values{"current": l.Current()}),
		DefaultLimits(l, l.Release(id)),
		shell.Script(switchText, shell.Values{
			"user": l.User, "unit": l.Unit(id), "release": l.Release(id), "current": l.Current(),
			"socket": l.Socket(id), "socket_link": l.SocketLink(id), "retire_unit": retireUnit,
			"earlier": l.Earlier(id), "served": l.Served(id),
		}),
		shell.Enable(l.Unit(id)+".socket"), shell.Enable(l.Unit(id)+".service"),
		retireScript(l, id),
		pruneScript(l, id),
		processScript(l, id),
	)
}

// retireScript stops the other releases once nothing talks to them.
func retireScript(l layout.Layout, id string) string {
	later := shell.Lines(shell.Script(idleText, nil),
		shell.Script(retireLaterText, shell.Values{"retire_seconds": strconv.Itoa(retireSeconds), "limits": l.Limits(l.Earlier(id))}))
	return shell.Script(retireText, shell.Values{
		"user": l.User, "unit": l.Unit(id), "socket": l.Socket(id), "sockets": l.Sockets(),
		"drain_tenths": strconv.Itoa(drainTenths), "retire_unit": retireUnit, "later": literal(later),
	})
}

// pruneScript removes the releases that are too many, and what only they used.
func pruneScript(l layout.Layout, id string) string {
	return shell.Script(pruneText, shell.Values{
		"id": id, "user": l.User, "releases": l.Releases(), "venvs": l.Venvs(), "pythons": layout.PythonsFolder, "current": l.Current(),
		"variables": layout.VariablesFolder, "snapshots": layout.Snapshots, "kept_limit": strconv.Itoa(keptReleases),
	})
}
