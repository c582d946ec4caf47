package system

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

const (
	// swapMB is how much swap a server gets, and diskFreeMB how much of the disk has
	// to stay free.
	swapMB, diskFreeMB = 1024, 1024

	swapPath = "/swapfile"
)

const whySwap = "pip, and two releases side by side, need it for a short time"

var (
	//go:embed swaplook.sh
	swapLookText string
	//go:embed swap.sh
	swapText string
)

// Swap is the fact that a server with little memory has swap, before pip needs it.
var Swap = &fact.Fact{
	Name: "swap", Title: "swap where memory is short", Phase: providers.PhaseOther, Limit: 5 * time.Minute,
	Reads:  func(plan.Plan) fact.Reads { return fact.Reads{Files: shell.Paths(swapFiles)} },
	Look:   func(plan.Plan) string { return shell.Script(swapLookText, nil) },
	Decide: decideSwap,
	Script: func(fact.View) string {
		return shell.Lines(
			shell.Script(swapText, shell.Values{"file": swapPath, "megabytes": strconv.Itoa(swapMB)}),
			shell.PutAll(swapFiles),
			shell.ReloadUnits("swapfile.swap"),
			shell.EnableOwn("swapfile.swap"),
			`systemctl start swapfile.swap`,
			`sysctl -q -p `+swappinessFile.Path,
		)
	},
	Detail: func(v fact.View) string {
		if v.System.Container {
			return "not applicable here: a container has its host's swap"
		}
		if v.System.Memory >= fact.SwapBelow {
			return strconv.Itoa(v.System.Memory) + " MB of memory are enough without"
		}
		return ""
	},
}

func decideSwap(v fact.View) []providers.Change {
	if !v.System.Swaps() {
		return nil
	}
	if v.Looked == "" {
		return []providers.Change{{What: fmt.Sprintf("make %d MB of swap if the server has less than %d MB of memory", swapMB, fact.SwapBelow), Why: whySwap}}
	}
	looked := shell.Fields(v.Looked)
	total, _ := strconv.Atoi(looked["total"]) // in kilobytes; 0 is none
	ours := strings.Contains(v.Looked, swapFiles[0].Path)
	if total > 0 && !ours {
		return nil // somebody else's: they decide
	}
	if free, err := strconv.Atoi(looked["free"]); err == nil && total == 0 && free < swapMB+diskFreeMB {
		return nil // the disk is needed more
	}
	changes := fact.ChangedFiles(v.Looked, "", swapFiles...)
	if total == 0 {
		changes = append(changes, providers.Change{What: fmt.Sprintf("make %d MB of swap", swapMB), Why: whySwap})
	}
	return changes
}

// swapFiles are a unit, which systemd wants to be named after the path of the swap,
// and a setting by which the kernel swaps out only what is hardly ever touched.
var swapFiles = []shell.File{
	{Path: "/etc/systemd/system/swapfile.swap", Mode: "644", Content: `# Written by slipway.
[Unit]
Description=swap, as memory is short

[Swap]
What=` + swapPath + `

[Install]
WantedBy=swap.target
`},
	swappinessFile,
}

var swappinessFile = shell.File{Path: "/etc/sysctl.d/60-slipway-swap.conf", Mode: "644", Content: "# Written by slipway.\nvm.swappiness = 10\n"}
