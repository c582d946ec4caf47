package service

import (
	"fmt"
	"slices"
	"strings"

	"slipway/steps/fact"
	"slipway/steps/shell"
)

// unit is a kind's unit. It has no network where a socket serves. RemoveIPC would take the
// shared memory of every process of its user when it stops, and an instance of somebody
// else's runs as the same one.
func (k database) unit(v fact.View) shell.File {
	confined := slices.DeleteFunc(slices.Clone(shell.Sandbox), func(line string) bool {
		return strings.HasPrefix(line, "RestrictAddressFamilies=") || strings.HasPrefix(line, "RemoveIPC=")
	})
	return shell.UnitFile(Unit(k.name),
		shell.UnitSection{Name: "Unit", Lines: []string{
			fmt.Sprintf("Description=%s beside %s", k.title, v.Plan.ServerName()), "StartLimitIntervalSec=0",
		}},
		shell.UnitSection{Name: "Service", Lines: slices.Concat(
			[]string{"Type=notify", "User=" + k.user},
			[]string{
				"StateDirectory=slipway-" + k.name, "StateDirectoryMode=0700", "RuntimeDirectory=slipway-" + k.name,
				// After a crash it reads its journal first, however long that takes.
				"TimeoutStartSec=infinity", "TimeoutStopSec=120", "Restart=always", "RestartSec=2", "UMask=0077",
				"Slice=" + slice, "OOMScoreAdjust=-200", // the app goes first
			},
			confined,
			[]string{"MemoryDenyWriteExecute=yes"},
			k.networkLines(v.Plan),
			k.lines(v),
		)},
		shell.UnitSection{Name: "Install", Lines: []string{"WantedBy=multi-user.target"}})
}

// megabytes is a share of the server's memory, in percent, and at least so much. The size
// of a server that is not known is taken for that of a small one.
func megabytes(v fact.View, percent, least int) int {
	memory := v.System.Memory
	if memory == 0 {
		memory = 512
	}
	return max(least, inSteps(memory)*percent/100)
}

// inSteps is the memory of a server, in megabytes, rounded down: no size that is sold lies
// near a step, so another kernel's few megabytes change nothing.
func inSteps(memory int) int {
	step := 128
	if memory >= 4096 {
		step = 512
	}
	return memory / step * step
}

// connections are how many connections a database takes. Each thread of a release's workers
// may hold one, there are more workers where there is more memory, and during a switch there
// are two releases. One that nobody uses costs some kilobytes.
func connections(v fact.View) int {
	switch memory := v.System.Memory; {
	case memory < 768:
		return 100
	case memory < 1536:
		return 200
	case memory < 6144:
		return 300
	}
	return 500
}
