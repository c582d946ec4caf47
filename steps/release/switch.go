package release

import (
	_ "embed"
	"strconv"

	"slipway/steps/layout"
	"slipway/steps/shell"
)

// keptReleases is how many releases that took traffic stay on the server, the
// current one among them.
const keptReleases = 5

// endedWorkers is how many workers of a release may end before it has answered.
const endedWorkers = 6

// wrongSeconds is how long a new release may answer with a wrong status.
const wrongSeconds = 10

// retireUnit waits until nothing talks to the old release, if that takes long.
const retireUnit = "slipway-retire.service"

const (
	// drainTenths is how long, in tenths of a second, a take-over waits for the
	// old release to be left alone. The connections that nginx keeps to it end
	// within two seconds, each after the request that it is used for.
	drainTenths = 25
	// retireTenths is how much longer, in tenths of a second, requests may take
	// that are under way: nginx itself waits that long for an answer.
	retireTenths = 600
)

var (
	//go:embed start.sh
	startInstance string
	//go:embed takeover.sh
	takeOver string
	//go:embed others.sh
	othersFunction string
	//go:embed endretirement.sh
	endRetirement string
	//go:embed idle.sh
	idleFunctions string
	//go:embed retire.sh
	retire string
	//go:embed prune.sh
	prune string
)

// idling defines the shell functions busy and idle.
var idling = shell.Script(idleFunctions, nil)

// SwitchScript starts a release whose units are there, and lets it take the
// traffic once it answers. No request is lost on the way: nginx follows a link
// to the release's socket, and what ran before ends when nothing talks to it.
func SwitchScript(l layout.Layout, id string) string {
	return shell.Lines(
		shell.Script(othersFunction, shell.Values{"user": l.User, "unit": l.Unit(id)}),
		shell.Script(endRetirement, shell.Values{"retire_unit": retireUnit, "current": l.Current(), "user": l.User}),
		startScript(l, id),
		switchTo(l, l, id),
		shell.Script(takeOver, shell.Values{"release": l.Release(id), "current": l.Current(), "static": l.StaticPaths(l.Current())}),
		shell.Enable(l.Unit(id)+".socket"), shell.Enable(l.Unit(id)+".service"),
		shell.Script(retire, shell.Values{"socket": l.Socket(id), "sockets_folder": l.Sockets(), "idling": idling, "retire_unit": retireUnit,
			"drain_tenths": strconv.Itoa(drainTenths), "retire_tenths": strconv.Itoa(retireTenths)}),
		shell.Script(prune, shell.Values{"id": id, "user": l.User, "releases": l.Releases(), "current": l.Current(),
			"variables": layout.VariablesFolder, "venvs": l.Venvs(), "kept_releases": strconv.Itoa(keptReleases)}),
		processScript(l, id),
	)
}

// startScript starts an instance of a release and waits until it is healthy.
func startScript(l layout.Layout, id string) string {
	return shell.Lines(differenceScript(l, id), shell.Script(startInstance, shell.Values{
		"unit": l.Unit(id), "socket": l.Socket(id), "settings": l.Health(id), "current": l.Current(), "release": l.Release(id),
		"wrong_seconds": strconv.Itoa(wrongSeconds), "ended_workers": strconv.Itoa(endedWorkers),
	}))
}

// drained waits until nothing talks to an instance any more that nginx was
// switched away from. What takes longer is left to the instance to finish.
func drained(l layout.Layout, id string) string {
	return shell.Lines(idling, shell.Command("idle", strconv.Itoa(drainTenths), l.Socket(id))+" || :")
}
