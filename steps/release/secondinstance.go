package release

import (
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/shell"
)

// restartWithSecondInstance lets the release that takes the traffic go on with other
// variables, without a dropped request: an instance with these starts beside it
// and must answer; then that one has the traffic while the release itself starts
// anew. One that does not answer leaves everything as it was.
//
// Whatever a crash leaves, nginx passes requests to units that were proven and
// that start at boot; the next run that changes the release takes the rest away.
func restartWithSecondInstance(v fact.View) string {
	next := v
	next.SecondInstance = true
	l, n, id := v.Layout(), next.Layout(), v.Plan.Release
	return shell.Lines(
		portScript(v, n),
		shell.PutAll(releaseUnits(next)),
		`systemctl daemon-reload`,
		`if ! (`,
		startScript(n, id),
		`); then`,
		dropSecondInstance(n, id),
		`echo "the variables stay as they were, and so does the app"`,
		`exit 1`,
		`fi`,
		`systemctl --quiet enable `+n.Unit(id)+`.socket `+n.Unit(id)+`.service`,
		// A copy: the instance beside reads its own file again if it dies.
		shell.Command("cp", "-p", n.Variables(id), l.Variables(id)+".slipway-part"),
		shell.Command("mv", "-fT", l.Variables(id)+".slipway-part", l.Variables(id)),
		switchTo(n, l, id),
		drained(l, id),
		startScript(l, id),
		switchTo(l, l, id),
		drained(n, id),
		dropSecondInstance(n, id),
		processScript(l, id),
	)
}

// switchTo lets nginx, which follows the link anew for each request, pass
// requests to an instance of a release.
func switchTo(to, of layout.Layout, id string) string {
	return shell.Lines(
		shell.Command("ln", "-sfnT", to.Socket(id), of.SocketLink(id)+".slipway-part"),
		shell.Command("mv", "-fT", of.SocketLink(id)+".slipway-part", of.SocketLink(id)),
	)
}

// dropSecondInstance ends an instance beside and removes what it had.
func dropSecondInstance(n layout.Layout, id string) string {
	base := "/etc/systemd/system/" + n.Unit(id)
	return shell.Lines(
		`systemctl stop `+n.Unit(id)+`.socket `+n.Unit(id)+`.service || :`,
		`systemctl --quiet --no-reload disable `+n.Unit(id)+`.socket `+n.Unit(id)+`.service`,
		shell.Command("rm", "-f", base+".socket", base+".service", base+"-proxy.service", n.Port(id), n.Variables(id)),
		`systemctl reset-failed `+n.Unit(id)+`.socket `+n.Unit(id)+`.service 2>/dev/null || :`,
		`systemctl daemon-reload`,
	)
}
