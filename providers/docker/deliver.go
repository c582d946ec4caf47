package docker

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"slipway/providers"
)

// keptReleases is how many releases that took traffic stay in the engine, the current
// one included.
const keptReleases = 5

// delivery is the release that takes the traffic, as a step.
type delivery struct {
	p    *Provider
	spec providers.Spec
	app  providers.App
}

func (*delivery) Kind() string           { return "app" }
func (*delivery) Title() string          { return "the app takes the traffic" }
func (*delivery) Phase() providers.Phase { return providers.PhaseOther }

// Look tells whether visitors get the release, run as it should be, and nothing of
// another one is left.
func (a *delivery) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	d, err := a.p.open(a.spec)
	if err != nil {
		return providers.Finding{}, err
	}
	now, found, err := d.current(ctx)
	if err != nil {
		return providers.Finding{}, err
	}
	if !found || now.name != a.app.Release {
		change := providers.Change{What: "let release " + a.app.Release + " take the traffic"}
		if found {
			change.Was = "release " + now.name
		}
		return providers.Finding{Changes: []providers.Change{change}}, nil
	}
	changes, err := a.changes(ctx, d, now)
	if err != nil || len(changes) > 0 {
		return providers.Finding{Changes: changes}, err
	}
	return providers.Finding{Holds: true, Detail: "release " + now.name, ID: now.name}, nil
}

// changes are what would be done with the release if it has the traffic.
func (a *delivery) changes(ctx context.Context, d deployment, now release) ([]providers.Change, error) {
	why := ""
	if a.app.Archive != nil {
		wanted, err := a.wanted(ctx, d)
		if err != nil {
			return nil, err
		}
		why = differs(now, wanted)
	}
	is, err := d.standing(ctx, now)
	if err != nil {
		return nil, err
	}
	if why = cmp.Or(why, is.web); why != "" {
		return []providers.Change{{What: "start release " + now.name + " again", Why: why}}, nil
	}
	var all []providers.Change
	if is.processes != "" {
		all = append(all, providers.Change{What: "start the processes of release " + now.name + " again", Why: is.processes})
	}
	for _, name := range is.left {
		all = append(all, providers.Change{What: "remove the container " + name, Why: "a run that ended early left it"})
	}
	return all, nil
}

// differs says in what a release runs otherwise than it should; "" if in nothing. No
// value is said.
func differs(now, wanted release) string {
	switch {
	case !maps.Equal(now.variables, wanted.variables):
		return "its variables change"
	case now.text() != wanted.text():
		return "it is to run otherwise"
	}
	return ""
}

// wanted is the release as it should run: with the variables that the app has already,
// those that were given now, and without those that go away.
func (a *delivery) wanted(ctx context.Context, d deployment) (release, error) {
	before, err := d.variablesBefore(ctx)
	if err != nil {
		return release{}, err
	}
	r := release{name: a.app.Release, variables: before}
	if r.settings, err = settingsOf(a.spec, a.app); err != nil {
		return release{}, err
	}
	maps.Copy(r.variables, a.app.Variables)
	for _, name := range a.app.Unset {
		delete(r.variables, name)
	}
	r.connections, err = d.connections(ctx, r.settings)
	return r, err
}

// variablesBefore are the app's own variables as it has them: those of the release that
// takes the traffic or, where none does, of the newest container that has any. So they
// outlive a first run that was killed, and a container that somebody removed.
func (d deployment) variablesBefore(ctx context.Context) (map[string]string, error) {
	now, found, err := d.current(ctx)
	if err != nil || found {
		return now.variables, err
	}
	all, err := d.containers(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.Labels[labelVariables] == "" {
			continue
		}
		newest, found, err := d.inspect(ctx, c.ID)
		if err != nil || found {
			return ownVariables(newest.Config.Env, c.Labels[labelVariables]), err
		}
	}
	return map[string]string{}, nil
}

// Make tests the release, prepares its data, and lets it take the traffic once it is
// healthy. If any of it fails, the release before goes on. Of a release that has the
// traffic as it should, only what is missing is started and what is too much removed.
func (a *delivery) Make(ctx context.Context, report func(line string)) error {
	d, err := a.p.open(a.spec)
	if err != nil {
		return err
	}
	r, err := a.wanted(ctx, d)
	if err != nil {
		return err
	}
	now, found, err := d.current(ctx)
	if err != nil {
		return err
	}
	is, err := d.standing(ctx, now)
	if err != nil {
		return err
	}
	if err := d.removeAll(ctx, is.left); err != nil {
		return err
	}
	if found && now.name == r.name && differs(now, r) == "" && is.web == "" {
		if is.processes != "" {
			return d.changeProcesses(ctx, r)
		}
		return d.prune(ctx, r.name)
	}
	jobs, err := a.jobs(ctx, d)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		report("run " + j.what)
		if err := d.perform(ctx, r, j, report); err != nil {
			return err
		}
	}
	if err := d.takeOver(ctx, r, report); err != nil {
		return err
	}
	return d.prune(ctx, r.name)
}

// jobs are the commands that come before the release takes the traffic. A release that
// has it already, and only is to run otherwise, needs none.
func (a *delivery) jobs(ctx context.Context, d deployment) ([]job, error) {
	now, found, err := d.current(ctx)
	if err != nil || found && now.name == a.app.Release {
		return nil, err
	}
	var all []job
	if line := a.app.TestCommand; line != "" {
		all = append(all, testJob(line))
	}
	served, err := d.served(ctx)
	if err != nil {
		return nil, err
	}
	if line := a.app.Init; line != "" && len(served) == 0 {
		all = append(all, initialize(line, a.app.Data))
	}
	if line := a.app.ReleaseCommand; line != "" {
		all = append(all, releaseJob(line))
	}
	return all, nil
}

// prune removes the images of releases that are too many, and of those that never took
// traffic.
func (d deployment) prune(ctx context.Context, current string) error {
	served, err := d.served(ctx)
	if err != nil {
		return err
	}
	kept := map[string]bool{current: true}
	for _, r := range slices.Backward(served) {
		if len(kept) < keptReleases {
			kept[r.Name] = true
		}
	}
	names, _, err := d.images(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, name := range names {
		release := strings.TrimPrefix(name, d.spec.Tag+":")
		if kept[release] || name == frontImage(d.spec) || strings.HasPrefix(release, newSteps) || strings.HasPrefix(release, oldSteps) {
			continue
		}
		failed = errors.Join(failed, d.removeImage(ctx, name))
	}
	return failed
}
