package release

import (
	"fmt"
	"slices"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/service"
	"slipway/steps/shell"
)

const (
	// appSlice holds everything of the app: its releases, and what is run for it.
	appSlice = "slipway.slice"
	// onceSlice is within it. It holds what is run once, such as pip or the app's tests.
	onceSlice = "slipway-once.slice"
)

// sliceFiles limit what the app may take altogether, so that the system, nginx and a
// login always have what they need. The kernel ends a process that asks for more, and
// only that one: gunicorn starts another. There is no MemoryHigh below the limit: it
// would make an app that leaks memory slower for hours, while the end of one worker
// helps at once.
func sliceFiles(v fact.View) []shell.File {
	s := v.System
	once := ""
	if s.Swaps() {
		// A command that is run once is swapped out before the app is.
		once = "MemoryHigh=50%\n"
	}
	return []shell.File{
		{Path: unitsFolder + appSlice, Mode: "644", Content: fmt.Sprintf(`# Written by slipway.
[Unit]
Description=the app

[Slice]
MemoryMax=%d%%
TasksMax=2048
`, memoryPercent(v))},
		{Path: unitsFolder + onceSlice, Mode: "644", Content: `# Written by slipway.
[Unit]
Description=what is run once for the app

[Slice]
CPUWeight=50
IOWeight=50
` + once},
	}
}

// memoryPercent is how much of the memory the app may take. It is less on a small
// server, because what the system needs does not shrink with it, and less
// beside databases. It goes in steps, so that another kernel's few kilobytes change
// nothing.
func memoryPercent(v fact.View) int {
	databases := service.Percent(v.Plan)
	switch memory := v.System.Memory; {
	case memory < 768:
		return max(leastPercent, 70-databases)
	case memory < 1536:
		return max(leastPercent, 75-databases)
	case memory < 4096:
		return max(leastPercent, 82-databases)
	}
	return max(leastPercent, 90-databases)
}

// memoryLines put a unit into the app's slice. Where the whole server runs out of
// memory, the kernel ends the app before the rest.
var memoryLines = []string{
	"Slice=" + appSlice,
	"OOMPolicy=continue",
	"OOMScoreAdjust=300",
}

// appLines are in each of the app's units.
func appLines(found app.Found) []string {
	return slices.Concat(memoryLines, shell.Sandbox, figures(found))
}

// onceLines are the same for a command that is run once: when there is no memory left,
// the kernel ends it first.
var onceLines = []string{
	"Slice=" + onceSlice,
	"OOMScoreAdjust=800",
}

const (
	// workerMB and masterMB are what gunicorn's processes take with a small app.
	workerMB, masterMB = 60, 25
	// leastPercent is what the app may take however many databases are beside it.
	leastPercent = 35
	// maxWorkers is enough for the servers that slipway makes.
	maxWorkers = 9
)

// workers is how many workers fit the processors and the memory. Each worker has threads
// for requests that wait, so one more than there are processors keeps them busy. Two
// releases must fit into what the app may take, because both run during a switch.
func workers(v fact.View) int {
	byCPU := v.System.CPUs + 1
	byMemory := (v.System.Memory*memoryPercent(v)/100/2 - masterMB) / workerMB
	return max(1, min(byCPU, byMemory, maxWorkers))
}
