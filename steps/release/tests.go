package release

import (
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// Tests is the fact that the app's own tests passed in this release, with the packages
// that it will run with.
var Tests = &fact.Fact{
	Name: "tests", Title: "the app's own tests pass", Phase: providers.PhaseTests, Limit: 30 * time.Minute,
	Inner: fact.Always,
	Look:  func(p plan.Plan) string { return shell.Command("cat", testedPath(p)) },
	Decide: func(v fact.View) []providers.Change {
		if v.Looked == v.Plan.App.TestCommand+"\n" {
			return nil
		}
		return []providers.Change{{What: "run " + v.Plan.App.TestCommand, Why: "a release that fails its tests takes no traffic"}}
	},
	Script: func(v fact.View) string {
		p := v.Plan
		l := layout.Of(p.ServerName())
		before, after, properties := withoutData(p.Tested())
		passed := shell.File{Path: testedPath(p), Mode: "644", Content: p.App.TestCommand + "\n"}
		return shell.Lines(
			before,
			gateScript(l, p.Release, onceAsBuilder(l, properties, "/bin/sh", "-c", p.App.TestCommand)),
			after,
			passed.Put(),
		)
	},
}

// testedPath is the file of the test command that passed.
func testedPath(p plan.Plan) string { return layout.Of(p.ServerName()).Release(p.Release) + "/tested" }
