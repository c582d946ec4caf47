package release

import (
	_ "embed"

	"slipway/steps/layout"
	"slipway/steps/shell"
)

//go:embed difference.sh
var differenceFunction string

// differenceScript defines the shell function difference, which prints in what a
// release differs from the one that takes the traffic.
func differenceScript(l layout.Layout, id string) string {
	return shell.Lines(VariableRecords, shell.Script(differenceFunction, shell.Values{
		"current": l.Current(), "release": l.Release(id), "variables": layout.VariablesFolder,
	}))
}

// orDifference runs a command line of a release. If the command fails, the last
// lines that are printed say in what the release differs.
func orDifference(l layout.Layout, id, command string) string {
	return shell.Lines(differenceScript(l, id), command+" || {", "failed=$?", "difference", "exit $failed", "}")
}
