package steps

import (
	"slipway/providers"

	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"slipway/steps/guard"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// server is the connection and what was last seen through it.
type server struct {
	client   *remote.Client
	system   System
	sections map[string]string
	// armed is the guard of a change that no new login has proven yet.
	armed guard.Armed
}

// System is what a server is.
type System struct {
	// ID and Version are those of os-release: "debian", "13".
	ID, Version string
	// CPUs is the number of processors, Memory that of megabytes.
	CPUs, Memory int
	// Python is the version of the system's own: "3.13".
	Python string
	// IPv6 is false where the kernel has none.
	IPv6 bool
	// Container is true where the kernel is shared with others.
	Container bool
}

// The names of the sections that no fact owns.
const (
	sectionSystem = "system"
	sectionJobs   = "jobs"
	sectionMark   = "deployment"
	sectionGuard  = "guard"
)

// firstBoot waits, at most five minutes, until cloud-init has finished this boot's
// work. It needs no process of cloud-init, which takes half a second to start.
const firstBoot = `n=0
while [ -e /run/cloud-init/enabled ] && [ ! -e /run/cloud-init/result.json ] && [ "$n" -lt 600 ]; do
  sleep 0.5; n=$((n + 1))
done`

const lookSystem = `. /etc/os-release
echo "id $ID"
echo "version $VERSION_ID"
echo "cpus $(nproc)"
echo "memory $(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)"
echo "python $(readlink -f /usr/bin/python3)"
[ ! -e /proc/net/if_inet6 ] || echo "ipv6 yes"
if systemd-detect-virt --quiet --container; then echo "container yes"; fi`

func parseSystem(out string) System {
	f := shell.Fields(out)
	cpus, _ := strconv.Atoi(f["cpus"])     // 0 is "unknown"
	memory, _ := strconv.Atoi(f["memory"]) // 0 is "unknown"
	_, python, _ := strings.Cut(f["python"], "/usr/bin/python")
	return System{ID: f["id"], Version: f["version"], CPUs: cpus, Memory: memory / 1024, Python: python,
		IPv6: f["ipv6"] == "yes", Container: f["container"] == "yes"}
}

// supported are the systems that the steps were made for and tested on.
var supported = map[string]string{"debian 13": "Debian 13", "debian 12": "Debian 12", "ubuntu 24.04": "Ubuntu 24.04"}

func (s System) check() error {
	if _, ok := supported[s.ID+" "+s.Version]; ok {
		return nil
	}
	return &providers.Failed{Err: fmt.Errorf("the server runs %s %s, which slipway does not know", s.ID, s.Version),
		Next: "use a server with Debian 13, Debian 12 or Ubuntu 24.04; nothing was changed on it"}
}

// looked is what a fact's look printed last; empty if the server was not looked
// at yet.
func (r *Run) looked(f *fact) string {
	if r.server == nil {
		return ""
	}
	return r.server.sections[f.name]
}

// lookAll looks at the system and at every fact in one round trip. Jobs that an
// earlier run left running are waited for first.
func (s *server) lookAll(ctx context.Context, plan Plan, facts onServer, report func(string)) error {
	for {
		sections, err := s.client.Look(ctx, shell.Lines(lookScript(plan, facts), lookBefore(plan)))
		if err != nil {
			return err
		}
		jobs := strings.Fields(sections[sectionJobs])
		if len(jobs) == 0 {
			s.see(sections)
			if err := s.system.check(); err != nil {
				return err
			}
			return s.system.checkPython(plan)
		}
		for _, job := range jobs {
			report("waiting for the step " + job + ", which an earlier run started")
			if err := s.client.Wait(ctx, job); err != nil {
				return err
			}
		}
	}
}

// see keeps what a look found.
func (s *server) see(sections map[string]string) {
	s.sections, s.system = sections, parseSystem(sections[sectionSystem])
	s.armed = guard.Parse(sections[sectionGuard])
}

// view is what a fact is decided from: what was last seen of the server, or
// nothing if there is no connection yet.
func (r *Run) view(f *fact) view {
	if r.server == nil {
		return view{Plan: r.Plan, Address: r.Record().Server.Address}
	}
	return r.server.view(f, r)
}

// found decides on what was last seen of the server.
func (r *Run) found(f *fact) providers.Finding { return f.found(r.view(f)) }

// view is what a fact is decided from, as last seen.
func (s *server) view(f *fact, r *Run) view {
	return view{Plan: r.Plan, System: s.system, Address: r.Record().Server.Address, Looked: s.sections[f.name]}
}

// holds tells whether every one of the facts does, as last seen.
func (s *server) holds(facts onServer, r *Run) bool {
	return !slices.ContainsFunc(facts, func(f *fact) bool { return len(f.decide(s.view(f, r))) > 0 })
}

func lookScript(plan Plan, facts onServer) string {
	script := []string{
		firstBoot,
		shell.Section(sectionSystem, lookSystem),
		shell.Section(sectionJobs, remote.Running),
		shell.Section(sectionGuard, guard.Look),
	}
	for _, f := range facts {
		script = append(script, shell.Section(f.name, f.look(plan)))
	}
	return shell.Lines(script...)
}
