package docker

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"slipway/providers/rest"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

//go:embed health.py
var healthText string

// endTime is how long the end of a container may take whose processes are killed.
const endTime = 5 * time.Second

// processTime is how long the processes of a release must stay up.
const processTime = 2 * time.Second

// takeOver starts a release beside the one that takes the traffic, waits until it is
// healthy, and lets it take over: visitors notice nothing. A release that does not get
// healthy is removed, and its error has its last lines; the one before goes on. It is the
// same for a new release, an earlier one, and the same one with other variables.
//
// The processes are changed last, so that two of one never run at a time. If one of them
// does not stay up, that is an error, and the web app goes on all the same.
func (d deployment) takeOver(ctx context.Context, r release, report func(line string)) error {
	old, err := d.replaceable(ctx)
	if err != nil {
		return err
	}
	report("start release " + r.name)
	web, err := d.beside(ctx, r, old)
	if err == nil {
		err = d.bring(ctx, r.name)
	}
	if err != nil {
		return errors.Join(err, d.removeAll(context.WithoutCancel(ctx), web))
	}
	// The front must be up before anybody is told that the app answers.
	if err := d.drain(ctx, web[0], 0); err != nil {
		return errors.Join(err, d.removeAll(context.WithoutCancel(ctx), web))
	}
	if err := d.turn(ctx, r.name, web); err != nil {
		return err // it may have been done: the next look tells
	}
	report("release " + r.name + " takes the traffic")
	changed := d.changeProcesses(ctx, r)
	for _, name := range old {
		if err := d.drain(ctx, name, drainLimit); err != nil {
			return err
		}
		if err := d.retire(ctx, name); err != nil {
			return err
		}
	}
	return changed
}

// replaceable are the web containers that a new release replaces. Those that a run which
// ended early left behind are removed.
func (d deployment) replaceable(ctx context.Context) ([]string, error) {
	all, err := d.containers(ctx, roleWeb)
	if err != nil {
		return nil, err
	}
	upstream, err := d.upstream(ctx)
	if err != nil {
		return nil, err
	}
	var old []string
	for _, c := range all {
		if len(upstream) == 0 || slices.Contains(upstream, nameOf(c)) {
			old = append(old, nameOf(c))
			continue
		}
		if err := d.remove(ctx, c.ID); err != nil {
			return nil, err
		}
	}
	return old, nil
}

// removeAll removes containers by their names.
func (d deployment) removeAll(ctx context.Context, names []string) error {
	var all error
	for _, name := range names {
		all = errors.Join(all, d.remove(ctx, name))
	}
	return all
}

// beside starts the web containers of a release and waits until they are healthy. It
// returns the names of those that it made, also with an error.
func (d deployment) beside(ctx context.Context, r release, old []string) ([]string, error) {
	taken := map[string]bool{}
	for _, name := range old {
		taken[name] = true
	}
	var made []string
	for range r.count("web") {
		name := freeName(webName(d.spec, r.name), taken)
		taken[name] = true
		options := d.container(r, roleWeb, "")
		id, err := d.start(ctx, name, options)
		if id != "" {
			made = append(made, name)
		}
		if err != nil {
			return made, err
		}
	}
	for _, name := range made {
		if err := d.awaitHealthy(ctx, name, r); err != nil {
			return made, err
		}
		// Only now: one that can't start would be started again and again.
		policy := keepRunning()
		if _, err := d.api.ContainerUpdate(ctx, name, client.ContainerUpdateOptions{RestartPolicy: &policy}); err != nil {
			return made, d.failed("let the container "+name+" come back after a crash", err)
		}
	}
	return made, nil
}

// awaitHealthy waits until a web container answers as its release should.
func (d deployment) awaitHealthy(ctx context.Context, name string, r release) error {
	seconds := strconv.Itoa(int(r.Within.Seconds()))
	status, answer, asked := d.exec(ctx, name, "", "python3", "-I", "-S", "-c", healthText, webPort, r.Path, strconv.Itoa(r.Status), seconds)
	if asked == nil && status == 0 {
		return nil
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	c, found, err := d.inspect(ctx, name)
	// A command that was killed tells of a container that is about to end.
	for end := time.Now().Add(endTime); err == nil && found && c.State.Running && asked == nil && status > 1 && time.Now().Before(end); {
		if err = rest.Pause(ctx, 50*time.Millisecond); err == nil {
			c, found, err = d.inspect(ctx, name)
		}
	}
	if err != nil {
		return err
	}
	if !found || asked != nil && c.State.Running {
		return errors.Join(asked, fmt.Errorf("the container %s can't be asked whether it is healthy", name))
	}
	last, err := d.lastLines(ctx, name)
	if err != nil {
		return err
	}
	return unhealthy(c, r, answer, last)
}

// unhealthy says why a release does not take the traffic. answer is the status of its
// last answer, in three digits.
func unhealthy(c container.InspectResponse, r release, answer string, last []string) error {
	wanted := "one below 500"
	if r.Status != 0 {
		wanted = strconv.Itoa(r.Status)
	}
	said := func(what string) []string { return append([]string{what + "; its last lines:"}, last...) }
	const what = "the start of the release"
	switch {
	case !c.State.Running:
		return endedBadly(what, c.State, r.Memory, said(fmt.Sprintf("the release did not answer at %s: it ended with status %d", r.Path, c.State.ExitCode)))
	case len(answer) < 3 || answer[:3] == "000":
		return programFailed(what, 1, said(fmt.Sprintf("the release did not answer at %s within %s", r.Path, r.Within)))
	}
	return programFailed(what, 1, said(fmt.Sprintf("the release answered with status %s at %s, and %s is wanted", answer[:3], r.Path, wanted)))
}

// changeProcesses ends the processes of other releases and starts those of this one.
func (d deployment) changeProcesses(ctx context.Context, r release) error {
	old, err := d.containers(ctx, roleProcess)
	if err != nil {
		return err
	}
	for _, c := range old {
		if err := d.retire(ctx, c.ID); err != nil {
			return err
		}
	}
	var started []string
	for _, process := range slices.Sorted(maps.Keys(r.Processes)) {
		taken := map[string]bool{}
		for range r.count(process) {
			options := d.container(r, roleProcess, process, "/bin/sh", "-c", r.Processes[process])
			options.HostConfig.RestartPolicy = keepRunning()
			name := freeName(processName(d.spec, process, r.name), taken)
			taken[name] = true
			if _, err := d.start(ctx, name, options); err != nil {
				return err
			}
			started = append(started, name)
		}
	}
	if len(started) == 0 {
		return nil
	}
	if err := rest.Pause(ctx, processTime); err != nil {
		return err
	}
	return d.stayedUp(ctx, started, r.Memory)
}

// stayedUp fails with the last lines of the first process that ended.
func (d deployment) stayedUp(ctx context.Context, names []string, memory int64) error {
	for _, name := range names {
		c, found, err := d.inspect(ctx, name)
		if err != nil {
			return err
		}
		if found && c.State.Running && c.RestartCount == 0 {
			continue
		}
		last, err := d.lastLines(ctx, name)
		if err != nil {
			return err
		}
		what := fmt.Sprintf("the release takes the traffic, but its process %s does not stay up; its last lines:", c.Config.Labels[labelProcess])
		return endedBadly("the start of the process", c.State, memory, append([]string{what}, last...))
	}
	return nil
}
