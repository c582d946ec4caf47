package docker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"

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

// Look tells whether visitors get the release, run as it should be.
func (a *delivery) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	d, err := a.p.open(a.spec)
	if err != nil {
		return providers.Finding{}, err
	}
	now, found, err := d.current(ctx)
	if err != nil {
		return providers.Finding{}, err
	}
	what := providers.Change{What: "let release " + a.app.Release + " take the traffic"}
	if !found {
		return providers.Finding{Changes: []providers.Change{what}}, nil
	}
	if now.name != a.app.Release {
		what.Was = "release " + now.name
		return providers.Finding{Changes: []providers.Change{what}}, nil
	}
	if a.app.Archive != nil {
		wanted, err := a.wanted(ctx, d)
		if err != nil {
			return providers.Finding{}, err
		}
		if why := differs(now, wanted); why != "" {
			return providers.Finding{Changes: []providers.Change{{What: "start release " + now.name + " again", Why: why}}}, nil
		}
	}
	missing, err := d.missing(ctx, now)
	if err != nil {
		return providers.Finding{}, err
	}
	if missing != "" {
		return providers.Finding{Changes: []providers.Change{{What: "start release " + now.name + " again", Why: missing}}}, nil
	}
	return providers.Finding{Holds: true, Detail: "release " + now.name, ID: now.name}, nil
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

// missing says which container of a release does not run; "" if all do.
func (d deployment) missing(ctx context.Context, r release) (string, error) {
	front, found, err := d.inspect(ctx, frontName(d.spec))
	if err != nil {
		return "", err
	}
	switch {
	case !found || !front.State.Running:
		return "nothing listens at its address", nil
	case front.Config.Labels[labelFront] != frontSum():
		return "what listens at its address is of another version of slipway", nil
	}
	names, err := d.upstream(ctx)
	if err != nil {
		return "", err
	}
	all, err := d.containers(ctx, "")
	if err != nil {
		return "", err
	}
	running := map[string]int{}
	for _, c := range all {
		if up := c.State == container.StateRunning || c.State == container.StateRestarting; !up || c.Labels[labelRelease] != r.name {
			continue
		}
		if c.Labels[labelRole] == string(roleWeb) && slices.Contains(names, nameOf(c)) {
			running["web"]++
		}
		if process := c.Labels[labelProcess]; process != "" && c.Labels[labelApp] == r.text() && c.Labels[labelVariables] == r.names() {
			running[process]++
		}
	}
	for _, process := range append([]string{"web"}, slices.Sorted(maps.Keys(r.Processes))...) {
		if running[process] != r.count(process) {
			return fmt.Sprintf("%d of %d containers of %s run", running[process], r.count(process), process), nil
		}
	}
	return "", nil
}

// wanted is the release as it should run: with the variables that the app has already,
// those that were given now, and without those that go away.
func (a *delivery) wanted(ctx context.Context, d deployment) (release, error) {
	now, _, err := d.current(ctx)
	if err != nil {
		return release{}, err
	}
	r := release{name: a.app.Release, variables: map[string]string{}}
	if r.settings, err = settingsOf(a.spec, a.app); err != nil {
		return release{}, err
	}
	maps.Copy(r.variables, now.variables)
	maps.Copy(r.variables, a.app.Variables)
	for _, name := range a.app.Unset {
		delete(r.variables, name)
	}
	r.connections, err = d.connections(ctx, r.Services)
	return r, err
}

// Make tests the release, prepares its data, and lets it take the traffic once it is
// healthy. If any of it fails, the release before goes on.
func (a *delivery) Make(ctx context.Context, report func(line string)) error {
	d, err := a.p.open(a.spec)
	if err != nil {
		return err
	}
	r, err := a.wanted(ctx, d)
	if err != nil {
		return err
	}
	if err := d.removeOnce(ctx); err != nil {
		return err
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

// removeOnce removes the containers of commands whose run ended early.
func (d deployment) removeOnce(ctx context.Context) error {
	all, err := d.containers(ctx, roleOnce)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.State == container.StateRunning && c.Labels[labelProcess] != "" {
			continue // somebody's own command
		}
		if err := d.remove(ctx, c.ID); err != nil {
			return err
		}
	}
	return nil
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
	names, err := d.imageNames(ctx)
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
