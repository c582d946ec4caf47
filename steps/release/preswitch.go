package release

import (
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// PreSwitch is the fact that the app's release command ran, such as its migrations. The
// command sees what the release will see, the app's data too. It runs once for a
// release, and not again when that release is rolled back to.
var PreSwitch = &fact.Fact{
	Name: "pre-switch", Title: "the release command ran", Phase: providers.PhaseOther, Limit: 30 * time.Minute,
	Look: func(p plan.Plan) string { return shell.Command("cat", releasedPath(p)) },
	Decide: func(v fact.View) []providers.Change {
		if v.Looked == v.Plan.App.Release+"\n" {
			return nil
		}
		return []providers.Change{{What: "run " + v.Plan.App.Release, Why: "with the app's data, before the release takes over"}}
	},
	Script: func(v fact.View) string {
		p := v.Plan
		l := layout.Of(p.Name)
		ran := shell.File{Path: releasedPath(p), Mode: "644", Content: p.App.Release + "\n"}
		return shell.Lines(
			gateScript(l, p.Release, once(l, CommandProperties(l, p.Release, p.App), "/bin/sh", "-c", p.App.Release)),
			ran.Put(),
		)
	},
}

// releasedPath is the file of the release command that ran.
func releasedPath(p plan.Plan) string { return layout.Of(p.Name).Release(p.Release) + "/released" }
