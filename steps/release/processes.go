package release

import (
	_ "embed"
	"fmt"
	"strings"

	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed processes.sh
var processesText string

// processUnits are the names of the units of the processes that run beside the web app.
func processUnits(p plan.Plan) []string {
	var units []string
	for _, name := range p.ProcessNames() {
		units = append(units, layout.Of(p.Name).ProcessUnit(p.Release, name)+".service")
	}
	return units
}

// processFiles are these units. A process sees what the web app sees.
func processFiles(v fact.View) []shell.File {
	l, id := layout.Of(v.Plan.Name), v.Plan.Release
	var files []shell.File
	for _, name := range v.Plan.ProcessNames() {
		files = append(files, shell.File{Path: unitsFolder + l.ProcessUnit(id, name) + ".service", Mode: "644",
			Content: fmt.Sprintf(`# Written by slipway.
[Unit]
Description=%s release %s, process %s
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
User=%s
Group=%s
%s
%s
TimeoutStopSec=%s
Restart=always
RestartSec=2
UMask=0027
%s

[Install]
WantedBy=multi-user.target
`, v.Plan.Name, id, name, l.User, l.User, strings.Join(UnitProperties(l, v.Plan), "\n"), runLines(v.Plan.App.Processes[name]),
				stopSeconds(v.Plan.App, 0), strings.Join(appLines(v.Plan.App), "\n"))})
	}
	return files
}

// processScript stops the processes of other releases, and starts those of this one.
func processScript(l layout.Layout, id string) string {
	return shell.Script(processesText, shell.Values{"user": l.User, "unit": l.Unit(id)})
}
