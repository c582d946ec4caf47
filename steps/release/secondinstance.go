package release

import (
	_ "embed"

	"slipway/steps/fact"
	"slipway/steps/shell"
)

//go:embed secondinstance.sh
var secondInstanceText string

// restartWithSecondInstance gives the release that takes the traffic other variables
// without a lost request. They are in the file of the second instance.
func restartWithSecondInstance(v fact.View) string {
	second := v
	second.SecondInstance = true
	l, next, id := v.Layout(), second.Layout(), v.Plan.Release
	return shell.Lines(
		portScript(v, next),
		shell.PutAll(releaseUnits(second)),
		startFunctions(l, id), shell.Script(relinkText, nil), shell.Script(othersText, nil), idleFunctions(),
		shell.Script(secondInstanceText, shell.Values{
			"unit": l.Unit(id), "socket": l.Socket(id), "file": l.Variables(id),
			"next_unit": next.Unit(id), "next_socket": next.Socket(id), "next_file": next.Variables(id), "next_port": next.Port(id),
			"socket_link": l.SocketLink(id), "drain": hundredths(lastRequests),
		}),
		processScript(l, id),
	)
}
