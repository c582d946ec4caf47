package service

import (
	"fmt"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// slice holds the databases. It is none of slipway.slice's: the app's limit is not theirs.
const slice = "slipwaydata.slice"

// mostPercent is how much of the server's memory databases may take at most.
const mostPercent = 60

// Limited is the fact that the databases of a plan can't take all of the server's memory. It
// is one of its own because the databases are changed side by side, and share their slice.
var Limited = &fact.Fact{
	Name: "databases", Title: "a limit to the databases' memory", Phase: providers.PhaseOther, Limit: time.Minute,
	Reads: func(p plan.Plan) fact.Reads {
		return fact.Reads{Files: []string{sliceFile(fact.View{Plan: p}).Path}}
	},
	Look: func(plan.Plan) string { return "" },
	Decide: func(v fact.View) []providers.Change {
		return fact.ChangedFiles(v.Looked, "the databases can't take all of the server's memory", sliceFile(v))
	},
	Script: func(v fact.View) string {
		// systemd makes up a slice that has no file, and does not notice that it has one.
		return shell.Lines(sliceFile(v).Put(), "systemctl daemon-reload")
	},
	Detail: func(v fact.View) string {
		return fmt.Sprintf("at most %d %% of the server's", sliceLimit(v.Plan))
	},
}

// sliceLimit is what the databases may take altogether, in percent, which is half as much
// again as is meant for them: one that grows for a while goes on, and the server goes on in
// any case.
func sliceLimit(p plan.Plan) int { return min(Percent(p)*3/2, mostPercent) }

func sliceFile(v fact.View) shell.File {
	return shell.File{Path: "/etc/systemd/system/" + slice, Mode: "644", Content: fmt.Sprintf(`# Written by slipway.
[Unit]
Description=the databases beside the app

[Slice]
MemoryMax=%d%%
`, sliceLimit(v.Plan))}
}
