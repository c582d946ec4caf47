package docker

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/moby/moby/api/types/container"
)

// standing is what runs of the release that takes the traffic.
type standing struct {
	// web says what is missing so that visitors get it, processes what of its processes
	// is; "" if nothing is.
	web, processes string
	// left are containers that nobody needs any more: of releases of before, of a release
	// that never took the traffic, of commands.
	left []string
}

// standing looks at all containers of the deployment, as a release should run.
func (d deployment) standing(ctx context.Context, r release) (standing, error) {
	var s standing
	front, found, err := d.inspect(ctx, frontName(d.spec))
	if err != nil {
		return standing{}, err
	}
	switch {
	case !found || !front.State.Running:
		s.web = "nothing listens at its address"
	case front.Config.Labels[labelFront] != frontSum():
		s.web = "what listens at its address is of another version of slipway"
	}
	upstream, err := d.upstream(ctx)
	if err != nil {
		return standing{}, err
	}
	all, err := d.containers(ctx, "")
	if err != nil {
		return standing{}, err
	}
	running := map[string]int{}
	for _, c := range all {
		process, needed := neededFor(c, r, upstream)
		switch {
		case needed && (c.State == container.StateRunning || c.State == container.StateRestarting):
			running[process]++
		// Without a front nothing says which web containers visitors get.
		case !needed && (s.web == "" || process != "web"):
			s.left = append(s.left, nameOf(c))
		}
	}
	if s.web == "" && running["web"] != r.count("web") {
		s.web = fmt.Sprintf("%d of %d web containers run", running["web"], r.count("web"))
	}
	for _, process := range slices.Sorted(maps.Keys(r.Processes)) {
		if running[process] != r.count(process) {
			s.processes = fmt.Sprintf("%d of %d containers of %s run", running[process], r.count(process), process)
		}
	}
	return s, nil
}

// neededFor tells whether a container belongs to a release that takes the traffic through
// an upstream, and which of its processes it is: "web" for the web app.
func neededFor(c container.Summary, r release, upstream []string) (process string, needed bool) {
	switch role(c.Labels[labelRole]) {
	case roleWeb:
		return "web", slices.Contains(upstream, nameOf(c))
	case roleProcess:
		process = c.Labels[labelProcess]
		same := c.Labels[labelRelease] == r.name && c.Labels[labelApp] == r.text() && c.Labels[labelVariables] == r.names()
		return process, same && r.Processes[process] != ""
	case roleOnce: // a command that somebody waits for
		return "", c.Labels[labelProcess] == processRun && c.State == container.StateRunning
	}
	return "", true
}
