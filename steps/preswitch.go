package steps

import (
	"time"

	"slipway/providers"
	"slipway/steps/shell"
)

// preSwitch is that the release's own command ran, such as its migrations. It
// sees what the release will see, the app's data included. It runs once in a
// release, and not again when that one is rolled back to.
var preSwitch = &fact{
	name: "pre-switch", title: "the release command ran", phase: providers.PhaseOther, limit: 30 * time.Minute,
	look: func(p Plan) string { return shell.Command("cat", releasedPath(p)) },
	decide: func(v view) []providers.Change {
		if v.Looked == v.Plan.App.Release+"\n" {
			return nil
		}
		return []providers.Change{{What: "run " + v.Plan.App.Release, Why: "with the app's data, before the release takes over"}}
	},
	script: func(v view) string {
		p := v.Plan
		l := layoutOf(p.Name)
		ran := shell.File{Path: releasedPath(p), Mode: "644", Content: p.App.Release + "\n"}
		return shell.Lines(
			orDifference(l, p.Release, shell.Command(once(l, append(surroundings(l, p.Release), "UMask=0027"), "/bin/sh", "-c", p.App.Release)...)),
			ran.Put(),
		)
	},
}

func releasedPath(p Plan) string { return layoutOf(p.Name).release(p.Release) + "/released" }
