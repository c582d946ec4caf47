package release

import (
	_ "embed"
	"fmt"
	"slices"

	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/service"
	"slipway/steps/shell"
)

//go:embed processes.sh
var processesText string

//go:embed processescheck.sh
var processesCheckText string

// processUnits are the names of the units of the processes that run beside the web app.
func processUnits(p plan.Plan) []string {
	var units []string
	for _, name := range p.ProcessNames() {
		units = append(units, layout.Of(p.ServerName()).ProcessUnit(p.Release, name)+".service")
	}
	return units
}

// processFiles are these units. A process sees what the web app sees.
func processFiles(v fact.View) []shell.File {
	l, id := layout.Of(v.Plan.ServerName()), v.Plan.Release
	var files []shell.File
	for _, name := range v.Plan.ProcessNames() {
		files = append(files, shell.UnitFile(l.ProcessUnit(id, name)+".service",
			shell.UnitSection{Name: "Unit", Lines: append([]string{
				fmt.Sprintf("Description=%s release %s, process %s", v.Plan.ServerName(), id, name),
				"After=network-online.target", "Wants=network-online.target", "StartLimitIntervalSec=0",
			}, service.After(v.Plan)...)},
			shell.UnitSection{Name: "Service", Lines: slices.Concat([]string{"Type=exec"},
				ownLines(l, v.Plan), runLines(v.Plan.App.Processes[name]),
				[]string{"TimeoutStopSec=" + killSeconds(v.Plan.App), "Restart=always", "RestartSec=2", "UMask=0027"},
				appLines(v.Plan.App))},
			shell.UnitSection{Name: "Install", Lines: []string{"WantedBy=multi-user.target"}}))
	}
	return files
}

// startProcesses stops the processes of other releases, and starts those of this one. Later
// processesCheckText finds out whether they stay up.
func startProcesses(l layout.Layout, id string) string {
	return shell.Script(processesText, shell.Values{"user": l.User, "unit": l.Unit(id)})
}

// processScript does both.
func processScript(l layout.Layout, id string) string {
	return shell.Lines(shell.Script(clockText, nil), startProcesses(l, id), shell.Journal, shell.Script(processesCheckText, nil))
}
