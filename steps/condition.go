package steps

import (
	"context"
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway/steps/backup"
	"slipway/steps/cpython"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/release"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// ServerCondition is the state of a deployment's server, as the server reports it.
type ServerCondition struct {
	// System is its name and version: "debian 13".
	System string `json:"system"`
	// Up is for how many seconds it has run.
	Up int `json:"up_seconds"`
	// Load is the number of processes that ran or waited, on average over the
	// last minute, on CPUs processors.
	Load float64 `json:"load"`
	CPUs int     `json:"cpus"`
	// Memory, Swap and Disk are what there is and what of it is free, in MB.
	Memory Space `json:"memory"`
	Swap   Space `json:"swap"`
	Disk   Space `json:"disk"`
	// Units are those of the app, the release that takes the traffic first.
	Units []UnitCondition `json:"units,omitempty"`
	// Failed are the names of all failed units of the server.
	Failed []string `json:"failed_units,omitempty"`
	// Releases are those that a rollback can choose from, the newest first.
	Releases []release.Kept `json:"releases,omitempty"`
	// Updates are how many packages have one pending, Security how many of these
	// are for security; by the lists of the day Listed.
	Updates  int       `json:"updates"`
	Security int       `json:"security_updates"`
	Listed   time.Time `json:"updates_listed,omitzero"`
	// Reboot tells why a reboot is needed; empty if none is.
	Reboot string `json:"reboot,omitempty"`
	// Python is the one that the app runs on; nil if that is not known.
	Python *cpython.Condition `json:"python,omitempty"`
	// Jobs are the names of slipway's own jobs that run now.
	Jobs []string `json:"jobs,omitempty"`
}

// Space is how much there is of something and how much is free, in MB.
type Space struct {
	Total int `json:"total_mb"`
	Free  int `json:"free_mb"`
}

// UnitCondition is what a unit of the app is like.
type UnitCondition struct {
	Name string `json:"name"`
	// State is systemd's word: "active", "failed".
	State string `json:"state"`
	// Since is when it came to that.
	Since time.Time `json:"since,omitzero"`
	// Memory is what its processes use in MB, Limit what they may; 0 is not known
	// or none.
	Memory int `json:"memory_mb,omitempty"`
	Limit  int `json:"memory_limit_mb,omitempty"`
	// Restarts is how often systemd had to start it again.
	Restarts int `json:"restarts,omitempty"`
	// Result is why it ended, if it did not end well: "oom-kill".
	Result string `json:"result,omitempty"`
}

// Condition looks at the server and at its backups, in one round trip.
func (s *Session) Condition(ctx context.Context) (ServerCondition, *backup.Condition, error) {
	seen, err := s.Client.Look(ctx, lookCondition(layout.Of(s.plan.ServerName())))
	if err != nil {
		return ServerCondition{}, nil, err
	}
	return readCondition(seen), judgeBackups(s.plan, seen["backup"]), nil
}

// unitProperties are what is asked of the app's units.
const unitProperties = "Id,ActiveState,StateChangeTimestamp,MemoryMax,NRestarts,Result"

// pendingUpdates asks apt what it would do, by the lists that it has.
const pendingUpdates = `apt-get -s -q -q -o Debug::NoLocking=1 dist-upgrade | grep '^Inst ' || :`

//go:embed serverstate.sh
var serverStateScript string

//go:embed unitmemory.sh
var unitMemoryScript string

//go:embed whyreboot.sh
var whyRebootScript string

func lookCondition(l layout.Layout) string {
	return shell.Lines(
		shell.Section(fact.SectionSystem, shell.Script(serverStateScript, nil)),
		shell.Section("units", `systemctl show --timestamp=unix --property=`+unitProperties+` `+shell.Quote(l.User+"-*.service")),
		shell.Section("unit memory", shell.Script(unitMemoryScript, shell.Values{"user": l.User})),
		shell.Section("failed", `systemctl list-units --failed --plain --no-legend --full | cut -d' ' -f1`),
		shell.Section("releases", release.LookKept(l)),
		shell.Section("updates", pendingUpdates),
		shell.Section("reboot", shell.Script(whyRebootScript, nil)),
		shell.Section("python", release.LookPython(l)),
		shell.Section("jobs", remote.Running()),
		shell.Section("backup", backup.LookState),
	)
}

func readCondition(seen map[string]string) ServerCondition {
	f := shell.Fields(seen[fact.SectionSystem])
	megabytes := func(key string) int { return shell.Number(f[key]) / 1024 }
	total, free, _ := strings.Cut(f["disk"], " ")
	c := ServerCondition{
		System: f["system"], Up: shell.Number(f["up"]), CPUs: shell.Number(f["cpus"]),
		Memory:   Space{megabytes("MemTotal"), megabytes("MemAvailable")},
		Swap:     Space{megabytes("SwapTotal"), megabytes("SwapFree")},
		Disk:     Space{shell.Number(total) / 1024, shell.Number(free) / 1024},
		Failed:   strings.Fields(seen["failed"]),
		Releases: release.ParseKept(seen["releases"]),
		Reboot:   strings.Join(shell.NonEmpty(shell.SplitLines(seen["reboot"])), "; "),
		Jobs:     strings.Fields(seen["jobs"]),
	}
	if version, managed := release.ParsePython(seen["python"]); version != "" {
		python := cpython.Judge(version, managed, time.Now())
		c.Python = &python
	}
	c.Load, _ = strconv.ParseFloat(f["load"], 64) // 0 is "unknown"
	if listed := shell.Number(f["listed"]); listed > 0 {
		c.Listed = time.Unix(int64(listed), 0).UTC()
	}
	for _, line := range shell.NonEmpty(shell.SplitLines(seen["updates"])) {
		c.Updates++
		if strings.Contains(line, "-Security") || strings.Contains(line, "-security") {
			c.Security++
		}
	}
	current := ""
	for _, r := range c.Releases {
		if r.Current {
			current = r.Name
		}
	}
	c.Units = readUnits(seen["units"], current)
	kilobytes := map[string]int{}
	for _, line := range shell.SplitLines(seen["unit memory"]) {
		unit, own, _ := strings.Cut(line, " ")
		kilobytes[unit] += shell.Number(own)
	}
	for i := range c.Units {
		c.Units[i].Memory = kilobytes[c.Units[i].Name] / 1024
	}
	return c
}

// readUnits reads what systemctl show printed. The units of the release that takes
// the traffic come first.
func readUnits(shown, current string) []UnitCondition {
	var units []UnitCondition
	for _, unit := range shell.ParseUnits(shown) {
		if unit.Get("Id") == "" {
			continue
		}
		u := UnitCondition{Name: unit.Get("Id"), State: unit.Get("ActiveState"),
			Limit: shell.Number(unit.Get("MemoryMax")) >> 20, Restarts: shell.Number(unit.Get("NRestarts"))}
		if since := shell.Number(strings.TrimPrefix(unit.Get("StateChangeTimestamp"), "@")); since > 0 {
			u.Since = time.Unix(int64(since), 0).UTC()
		}
		if result := unit.Get("Result"); result != "success" {
			u.Result = result
		}
		units = append(units, u)
	}
	slices.SortStableFunc(units, func(a, b UnitCondition) int {
		of := func(u UnitCondition) int {
			if current != "" && strings.Contains(u.Name, "-"+current+".") {
				return 0
			}
			return 1
		}
		return of(a) - of(b)
	})
	return units
}
