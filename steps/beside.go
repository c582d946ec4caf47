package steps

import (
	"slipway/steps/shell"
)

// restartBeside lets the release that takes the traffic go on with other
// variables, without a dropped request: an instance with these starts beside it
// and must answer; then that one has the traffic while the release itself starts
// anew. One that does not answer leaves everything as it was.
//
// Whatever a crash leaves, nginx passes requests to units that were proven and
// that start at boot; the next run that changes the release takes the rest away.
func restartBeside(v view) string {
	next := v
	next.beside = true
	l, n, id := v.layout(), next.layout(), v.Plan.Release
	return shell.Lines(
		portScript(v, n),
		put(releaseUnits(next)),
		`systemctl daemon-reload`,
		`if ! (`,
		startScript(n, id),
		`); then`,
		dropBeside(n, id),
		`echo "the variables stay as they were, and so does the app"`,
		`exit 1`,
		`fi`,
		`systemctl --quiet enable `+n.unit(id)+`.socket `+n.unit(id)+`.service`,
		// A copy: the instance beside reads its own file again if it dies.
		shell.Command("cp", "-p", n.variables(id), l.variables(id)+".slipway-part"),
		shell.Command("mv", "-fT", l.variables(id)+".slipway-part", l.variables(id)),
		switchTo(n, l, id),
		drained(l, id),
		startScript(l, id),
		switchTo(l, l, id),
		drained(n, id),
		dropBeside(n, id),
		processScript(l, id),
	)
}

// switchTo lets nginx, which follows the link anew for each request, pass
// requests to an instance of a release.
func switchTo(to, of layout, id string) string {
	return shell.Lines(
		shell.Command("ln", "-sfnT", to.socket(id), of.switched(id)+".slipway-part"),
		shell.Command("mv", "-fT", of.switched(id)+".slipway-part", of.switched(id)),
	)
}

// dropBeside ends an instance beside and removes what it had.
func dropBeside(n layout, id string) string {
	base := "/etc/systemd/system/" + n.unit(id)
	return shell.Lines(
		`systemctl stop `+n.unit(id)+`.socket `+n.unit(id)+`.service || :`,
		`systemctl --quiet --no-reload disable `+n.unit(id)+`.socket `+n.unit(id)+`.service`,
		shell.Command("rm", "-f", base+".socket", base+".service", base+"-proxy.service", n.port(id), n.variables(id)),
		`systemctl reset-failed `+n.unit(id)+`.socket `+n.unit(id)+`.service 2>/dev/null || :`,
		`systemctl daemon-reload`,
	)
}
