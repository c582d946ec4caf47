package system

import (
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
	// swapMB is how much it gets, and swapLeaves how much of the disk must stay
	// free, in megabytes.
	swapMB, swapLeaves = 1024, 1024

	swapPath = "/swapfile"
)

const whySwap = "pip and two releases at once need it for a while"

// Swap is that a server with little memory has some, before pip needs it.
var Swap = &fact.Fact{
	Name: "swap", Title: "swap where memory is short", Phase: providers.PhaseOther, Limit: 5 * time.Minute,
	Look: func(plan.Plan) string {
		return shell.Lines(
			`echo "total $(sed -n 's/^SwapTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)"`,
			`echo "free $(df -Pm / | awk 'NR == 2 { print $4 }')"`,
			shell.LookFiles(shell.Paths(swapFiles)...),
		)
	},
	Decide: decideSwap,
	Script: func(fact.View) string {
		return shell.Lines(
			`if ! grep -q '^`+swapPath+` ' /proc/swaps; then`,
			shell.Command("rm", "-f", swapPath),
			`fallocate -l `+strconv.Itoa(swapMB)+`M `+swapPath+` || dd if=/dev/zero of=`+swapPath+` bs=1M count=`+strconv.Itoa(swapMB)+` status=none`,
			shell.Command("chmod", "600", swapPath),
			`mkswap `+swapPath+` >/dev/null`,
			`fi`,
			shell.PutAll(swapFiles),
			shell.ReloadUnits("swapfile.swap"),
			`systemctl --quiet --no-reload enable swapfile.swap`,
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
		return nil // somebody else's, who decides
	}
	if free, err := strconv.Atoi(looked["free"]); err == nil && total == 0 && free < swapMB+swapLeaves {
		return nil // the disk is needed more
	}
	changes := fact.ChangedFiles(v.Looked, "", swapFiles...)
	if total == 0 {
		changes = append(changes, providers.Change{What: fmt.Sprintf("make %d MB of swap", swapMB), Why: whySwap})
	}
	return changes
}

// swapFiles are a unit, named as systemd wants it after its path, and that swap
// is used for what is hardly ever touched only.
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
