package release

import (
	_ "embed"
	"strconv"
	"time"

	"slipway/steps/layout"
	"slipway/steps/shell"
)

//go:embed switch.sh
var switchText string

//go:embed relink.sh
var relinkText string

//go:embed others.sh
var othersText string

//go:embed clock.sh
var clockText string

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
	// KeepAlive is how long nginx uses a connection to a release for new requests. With a
	// third of it, an app that answers as much as it can would take a tenth more of the
	// processor.
	KeepAlive = 700 * time.Millisecond
	// Rest is how long nginx keeps a connection that nobody uses. So this and KeepAlive
	// together are how long after a switch new requests go on to the old release at most.
	Rest    = 100 * time.Millisecond
	lastNew = KeepAlive + Rest
	// drain is how long a switch waits for that, with a margin for a computer that is busy.
	drain = lastNew + 100*time.Millisecond
	// lastRequests is how long requests that are under way may go on where a release must
	// end for another one.
	lastRequests = 2500 * time.Millisecond
	// retireSeconds is how long requests may go on after a switch, if the old release does
	// not say how long nginx waits for its answers.
	retireSeconds = 60
)

// hundredths is a time as the function idle takes it.
func hundredths(t time.Duration) string { return strconv.FormatInt(t.Milliseconds()/10, 10) }

// idleFunctions are the shell functions that wait until nothing talks to a socket.
func idleFunctions() string {
	return shell.Lines(shell.Script(clockText, nil), shell.Script(idleText, nil))
}

// SwitchScript is shell text that starts a release whose units are there, and lets it
// take the traffic once it is healthy. If it is not healthy, the script fails and the
// release before goes on. It prints why, and what a person has to know.
func SwitchScript(l layout.Layout, id string) string {
	return shell.Lines(
		startFunctions(l, id), shell.Script(relinkText, nil), shell.Script(othersText, nil), idleFunctions(),
		shell.Script(nginxReadText, shell.Values{"current": l.Current()}),
		DefaultLimits(l, l.Release(id)),
		shell.Script(switchText, shell.Values{
			"user": l.User, "unit": l.Unit(id), "release": l.Release(id), "current": l.Current(),
			"socket": l.Socket(id), "sockets": l.Sockets(), "socket_link": l.SocketLink(id), "retire_unit": retireUnit,
			"earlier": l.Earlier(id), "served": l.Served(id), "handover": l.Handover(id),
			"drain": hundredths(drain), "last_new": hundredths(lastNew), "last_requests": hundredths(lastRequests),
		}),
		shell.EnableOwn(l.Unit(id)+".socket", l.Unit(id)+".service"),
		startProcesses(l, id),
		pruneScript(l, id),
		retireScript(l, id),
		shell.Script(processesCheckText, nil),
	)
}

// retireScript stops the other releases once nothing talks to them.
func retireScript(l layout.Layout, id string) string {
	later := shell.Lines(idleFunctions(),
		shell.Script(retireLaterText, shell.Values{"retire_seconds": strconv.Itoa(retireSeconds), "limits": l.Limits(l.Earlier(id))}))
	return shell.Script(retireText, shell.Values{
		"user": l.User, "unit": l.Unit(id), "retire_unit": retireUnit, "later": literal(later),
	})
}

// pruneScript removes the releases that are too many, and what only they used.
func pruneScript(l layout.Layout, id string) string {
	return shell.Script(pruneText, shell.Values{"uploads": layout.Uploads,
		"id": id, "user": l.User, "releases": l.Releases(), "venvs": l.Venvs(), "pythons": layout.PythonsFolder, "current": l.Current(),
		"variables": layout.VariablesFolder, "snapshots": layout.Snapshots, "kept_limit": strconv.Itoa(keptReleases),
	})
}
