package release

import (
	"fmt"
	"slices"

	"slipway/steps/fact"
	"slipway/steps/shell"
)

const (
	// appSlice holds everything of the app: its releases, and what is run for it.
	appSlice = "slipway.slice"
	// onceSlice, within it, holds what is run once, as pip or the app's tests.
	onceSlice = "slipway-once.slice"
)

// sliceFiles limit what the app may take altogether, so that the system, nginx
// and a login always have what they need. A process that asks for more is ended
// by the kernel, and only that one: gunicorn starts another. There is no
// MemoryHigh below the limit: it makes an app that leaks memory slower and
// slower for minutes or hours, where one worker's end would help at once.
func sliceFiles(s fact.System) []shell.File {
	once := ""
	if s.Swaps() {
		// What is run once is swapped out before the app is.
		once = "MemoryHigh=50%\n"
	}
	return []shell.File{
		{Path: "/etc/systemd/system/" + appSlice, Mode: "644", Content: fmt.Sprintf(`# Written by slipway.
[Unit]
Description=the app

[Slice]
MemoryMax=%d%%
TasksMax=2048
`, memoryPercent(s))},
		{Path: "/etc/systemd/system/" + onceSlice, Mode: "644", Content: `# Written by slipway.
[Unit]
Description=what is run once for the app

[Slice]
CPUWeight=50
IOWeight=50
` + once},
	}
}

// memoryPercent is how much of the memory the app may take: less where there is
// little, since what the system needs grows slower than that. Steps, so that a
// few kilobytes that another kernel takes change nothing.
func memoryPercent(s fact.System) int {
	switch {
	case s.Memory < 768:
		return 70
	case s.Memory < 1536:
		return 75
	case s.Memory < 4096:
		return 82
	}
	return 90
}

// memoryLines are what a unit says of memory: it is in the app's slice, and
// where the whole server runs out, the kernel takes the app before the rest.
var memoryLines = []string{
	"Slice=" + appSlice,
	"OOMPolicy=continue",
	"OOMScoreAdjust=300",
}

// confined is what each of the app's units says.
var confined = slices.Concat(memoryLines, Sandbox)

// onceLines are the same for what is run once: when there is no memory left, it
// is what the kernel ends first.
var onceLines = []string{
	"Slice=" + onceSlice,
	"OOMScoreAdjust=800",
}

const (
	// workerMB and masterMB are what gunicorn's processes take with a small app.
	workerMB, masterMB = 60, 25
	// maxWorkers are enough for servers that slipway makes.
	maxWorkers = 9
)

// workers fits the processors and the memory: each worker has threads for
// requests that wait, so one more than there are processors keeps them busy. Two
// releases must fit in what the app may take, since one takes over from another.
func workers(s fact.System) int {
	byCPU := s.CPUs + 1
	byMemory := (s.Memory*memoryPercent(s)/100/2 - masterMB) / workerMB
	return max(1, min(byCPU, byMemory, maxWorkers))
}
