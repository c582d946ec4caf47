package release

import (
	_ "embed"

	"slipway/steps/layout"
	"slipway/steps/shell"
)

//go:embed difference.sh
var differenceText string

//go:embed gate.sh
var gateText string

// differenceFunctions are the shell functions that print in what a release differs from
// the one that takes the traffic.
func differenceFunctions() string {
	return shell.Lines(VariableRecords, shell.Script(differenceText, nil))
}

// gateScript runs a command line that has to succeed before the release may take the
// traffic. If it fails, the last thing that is printed is what is different about the
// release.
func gateScript(l layout.Layout, id string, command []string) string {
	return shell.Lines(differenceFunctions(), shell.Script(gateText, shell.Values{
		"release": l.Release(id), "current": l.Current(), "variables": layout.VariablesFolder,
	}, command...))
}
