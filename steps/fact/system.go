package fact

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"slipway/providers"
	"slipway/steps/app"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// System is what a server runs and has.
type System struct {
	// ID and Version are those of os-release: "debian", "13".
	ID, Version string
	// CPUs is the number of processors, Memory the number of megabytes.
	CPUs, Memory int
	// Python is the version of the system's own Python: "3.13".
	Python string
	// Machine is the processor, as uname -m names it: "x86_64".
	Machine string
	// IPv6 is false where the kernel has none.
	IPv6 bool
	// Container is true where the kernel is shared with others.
	Container bool
	// Forwards is true where the server passes packets on, for containers or other
	// computers.
	Forwards bool
	// OutwardBridges are the bridges by which the server is reached from outside: their
	// names, with a space between.
	OutwardBridges string
}

// The names of the sections of a look that engine reads itself: the system, the jobs
// that run, the server's mark, and the guard that is armed.
const (
	SectionSystem = "system"
	SectionJobs   = "jobs"
	SectionMark   = "deployment"
	SectionGuard  = "guard"
)

//go:embed system.sh
var systemText string

// LookSystem is the shell text that prints what ParseSystem reads.
var LookSystem = shell.Script(systemText, nil)

// ParseSystem reads what LookSystem printed. What it did not print is unknown: 0,
// empty or false.
func ParseSystem(out string) System {
	f := shell.Fields(out)
	cpus, _ := strconv.Atoi(f["cpus"])     // 0 is "unknown"
	memory, _ := strconv.Atoi(f["memory"]) // 0 is "unknown"
	_, python, _ := strings.Cut(f["python"], "/usr/bin/python")
	return System{ID: f["id"], Version: f["version"], CPUs: cpus, Memory: memory / 1024, Python: python, Machine: f["machine"],
		IPv6: f["ipv6"] == "yes", Container: f["container"] == "yes",
		Forwards: f["forwards"] == "yes", OutwardBridges: strings.TrimSpace(f["outward"])}
}

// supported are the systems that the steps are made for and tested on.
var supported = map[string]string{"debian 13": "Debian 13", "debian 12": "Debian 12", "ubuntu 24.04": "Ubuntu 24.04"}

// Supported are the systems that the steps are made for; only ID and Version are set.
func Supported() []System {
	var all []System
	for _, name := range slices.Sorted(maps.Keys(supported)) {
		id, version, _ := strings.Cut(name, " ")
		all = append(all, System{ID: id, Version: version})
	}
	return all
}

// Check refuses a system that the steps are not made for, before anything is changed
// on it.
func (s System) Check() error {
	if _, ok := supported[s.ID+" "+s.Version]; ok {
		return nil
	}
	return &providers.Failed{Err: fmt.Errorf("the server runs %s %s, which slipway does not know", s.ID, s.Version),
		Next: "use a server with Debian 13, Debian 12 or Ubuntu 24.04; nothing was changed on it"}
}

// CheckPython refuses a server whose Python the app does not take, before
// anything is changed on it, unless the plan brings another.
func (s System) CheckPython(p plan.Plan) error {
	if p.App.PythonVersion == "" || s.Python == "" || p.App.ManagedPython != "" {
		return nil
	}
	fits, err := app.PythonFits(p.App.PythonVersion, s.Python)
	if err != nil {
		return &providers.Failed{Err: err, Next: "set app.python in slipway.toml, as \">=3.11\" or \"3.13\""}
	}
	if fits {
		return nil
	}
	return &providers.Failed{Err: fmt.Errorf("the app asks for Python %s and the server has %s", p.App.PythonVersion, s.Python),
		Next: "run the command that deploys it again, which brings a Python that fits"}
}

// SwapBelow is the memory, in megabytes, below which a server gets swap: pip, and
// two releases side by side, need more for a short time than the app does.
const SwapBelow = 1000

// Swaps tells whether the server gets swap, if its disk has room.
func (s System) Swaps() bool { return !s.Container && s.Memory < SwapBelow }
