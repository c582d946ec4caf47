package service

import (
	"fmt"
	"slices"
	"strings"

	"slipway/steps/fact"
	"slipway/steps/shell"
)

// slice holds the databases. It is none of slipway.slice's: the app's limit is not theirs.
const slice = "slipwaydata.slice"

// unit is a kind's unit. It has no network: its socket is a file.
func (k database) unit(v fact.View) shell.File {
	confined := slices.DeleteFunc(slices.Clone(shell.Sandbox), func(line string) bool { return strings.HasPrefix(line, "RestrictAddressFamilies=") })
	return shell.UnitFile(Unit(k.name),
		shell.UnitSection{Name: "Unit", Lines: []string{
			fmt.Sprintf("Description=%s beside %s", k.title, v.Plan.Name), "StartLimitIntervalSec=60", "StartLimitBurst=10",
		}},
		shell.UnitSection{Name: "Service", Lines: slices.Concat(
			[]string{"Type=notify", "User=" + k.user},
			k.lines(v),
			[]string{
				"StateDirectory=slipway-" + k.name, "StateDirectoryMode=0700", "RuntimeDirectory=slipway-" + k.name,
				"TimeoutStartSec=600", "TimeoutStopSec=120", "Restart=always", "RestartSec=1", "UMask=0077",
				"Slice=" + slice, "OOMScoreAdjust=-200", // the app goes first
			},
			confined,
			[]string{"RestrictAddressFamilies=AF_UNIX", "PrivateNetwork=yes", "MemoryDenyWriteExecute=yes"},
		)},
		shell.UnitSection{Name: "Install", Lines: []string{"WantedBy=multi-user.target"}})
}

// sliceFile limits what the databases may take altogether, which is half as much again as
// is meant for them: one that grows for a while goes on, and the server goes on in any
// case.
func sliceFile(v fact.View) shell.File {
	return shell.File{Path: "/etc/systemd/system/" + slice, Mode: "644", Content: fmt.Sprintf(`# Written by slipway.
[Unit]
Description=the databases beside the app

[Slice]
MemoryMax=%d%%
`, min(Percent(v.Plan)*3/2, mostPercent))}
}

const mostPercent = 60

// megabytes is a share of the server's memory, in percent, and at least so much. The size
// of a server that is not known is taken for that of a small one.
func megabytes(v fact.View, percent, least int) int {
	memory := v.System.Memory
	if memory == 0 {
		memory = 512
	}
	// In steps, so that another kernel's few kilobytes change nothing.
	const step = 8
	return max(least, memory*percent/100/step*step)
}
