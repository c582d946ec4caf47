package heroku

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	api "github.com/heroku/heroku-go/v6"

	"slipway/providers"
)

// releaseDelivery is a release of the app with its variables.
type releaseDelivery struct {
	p    *Provider
	spec providers.Spec
	app  providers.App
}

func (r *releaseDelivery) Kind() string           { return "release" }
func (r *releaseDelivery) Title() string          { return "the app's release, built by Heroku" }
func (r *releaseDelivery) Phase() providers.Phase { return providers.PhasePip }

// broken says that a release is at fault, and not the way to it: the release before it
// should be in charge.
type broken struct{ *providers.Failed }

func (b broken) Unwrap() error { return b.Failed }

// Look tells whether the dynos run the release, with the variables that were given.
func (r *releaseDelivery) Look(ctx context.Context, asked time.Time) (providers.Finding, error) {
	s, err := r.p.standing(ctx, r.spec)
	if errors.Is(err, providers.ErrNoApp) {
		change, err := r.buildChange(ctx, nil)
		return providers.Finding{Changes: append(r.varChanges(wantedVars(r.app.Variables, nil)), change)}, err
	}
	if err == nil && r.mayBeLate(s, asked) {
		s, err = r.patiently(ctx)
	}
	if err != nil {
		return providers.Finding{}, err
	}
	vars, err := r.p.vars(ctx, s.app)
	if err != nil {
		return providers.Finding{}, err
	}
	changes := r.varChanges(differing(vars, r.wanted(s.app, vars)))
	current := s.current()
	if current == nil || s.nameOf(*current) != r.app.Release {
		change, err := r.buildChange(ctx, s.app)
		return providers.Finding{Changes: append(changes, change)}, err
	}
	found := providers.Finding{ID: r.app.Release, Detail: fmt.Sprintf("%s, Heroku's v%d", r.app.Release, current.Version)}
	ready, state, err := r.p.ready(ctx, s.app, current)
	if err != nil {
		return providers.Finding{}, err
	}
	if !ready {
		changes = append(changes, providers.Change{What: "have the web process run", Why: state})
	}
	found.Changes, found.Holds = changes, len(changes) == 0
	return found, nil
}

// mayBeLate tells whether a build that an earlier run asked for may not show yet.
func (r *releaseDelivery) mayBeLate(s *standing, asked time.Time) bool {
	if asked.IsZero() || r.app.Archive == nil || s.build(r.app.Release) != nil {
		return false
	}
	return len(s.builds) == 0 || s.builds[0].CreatedAt.Before(asked.Add(-time.Minute))
}

// patiently looks for as long as look-ups may lag behind.
func (r *releaseDelivery) patiently(ctx context.Context) (*standing, error) {
	var s *standing
	_, err := r.p.pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		var err error
		s, err = r.p.standing(ctx, r.spec)
		return err == nil && s.build(r.app.Release) != nil, err
	})
	return s, err
}

// buildChange is a new release. The first one of an app starts a web dyno, with its price.
func (r *releaseDelivery) buildChange(ctx context.Context, app *api.App) (providers.Change, error) {
	c := providers.Change{What: "build release " + r.app.Release + " at Heroku and start it"}
	formation := map[string]api.Formation{}
	if app != nil {
		var err error
		if formation, err = r.p.formation(ctx, app); err != nil {
			return c, err
		}
	}
	if len(formation) == 0 {
		size, err := r.p.sizeFor(ctx, r.spec, counts(r.app))
		if err != nil {
			return c, err
		}
		c.Why = "it starts a web dyno of size " + size.Name
		c.Monthly, c.Hourly = size.Monthly, size.Hourly
	}
	return c, nil
}

// wanted are the variables that the release is to have: those that were given, and the
// name under which visitors reach the app, if it looks and nobody gave it one.
func (r *releaseDelivery) wanted(app *api.App, vars map[string]string) map[string]*string {
	wanted := wantedVars(r.app.Variables, r.app.Unset)
	at, err := url.Parse(webURL(app))
	if r.app.HostVariable == nil || err != nil {
		return wanted
	}
	name, value := r.app.HostVariable([]string{at.Hostname()})
	_, given := wanted[name]
	if _, there := vars[name]; name != "" && !given && !there {
		wanted[name] = &value
	}
	return wanted
}

// varChanges say which variables change. Their values are secret.
func (r *releaseDelivery) varChanges(changed map[string]*string) []providers.Change {
	if len(changed) == 0 {
		return nil
	}
	return []providers.Change{{What: "change the app's variables: " + strings.Join(namesOf(changed), ", ")}}
}

// Make gives the app its variables, has Heroku build the release, follows its release
// phase and waits until its web process answers. Variables come first: the release phase
// needs them. If the release does not work, the one before it is put in charge again,
// with its variables.
func (r *releaseDelivery) Make(ctx context.Context, report func(string)) error {
	s, err := r.p.standing(ctx, r.spec)
	if err != nil {
		return fmt.Errorf("deliver release %s: %w", r.app.Release, err)
	}
	vars, err := r.p.vars(ctx, s.app)
	if err != nil {
		return err
	}
	way := retreat{to: s.before(r.app.Release), vars: vars, changed: differing(vars, r.wanted(s.app, vars))}
	if len(way.changed) > 0 {
		if err := r.p.setVars(ctx, s.app, way.changed); err != nil {
			return err
		}
		report("changed the app's variables: " + strings.Join(namesOf(way.changed), ", "))
	}
	release, err := r.deliver(ctx, s, len(way.changed) > 0, report)
	if err == nil {
		err = r.p.up(ctx, s.app, release, r.app.Health, report)
	}
	if err != nil {
		return r.p.goBack(ctx, s.app, way, err, report)
	}
	return nil
}

// deliver brings the release about, from what is there already if it can, and returns it
// once its release phase has ended.
func (r *releaseDelivery) deliver(ctx context.Context, s *standing, varsChanged bool, report func(string)) (*api.Release, error) {
	if current := s.current(); current != nil && s.nameOf(*current) == r.app.Release {
		return r.anew(ctx, s.app, current, varsChanged, report)
	}
	build := s.build(r.app.Release)
	if build == nil {
		var err error
		if build, err = r.start(ctx, s, report); err != nil {
			return nil, err
		}
		return r.p.followBuild(ctx, s.app, build, report)
	}
	if build.Status == pending || build.Release == nil {
		return r.p.followBuild(ctx, s.app, build, report)
	}
	if release := s.of(build.Release.ID); release != nil && release.Status == pending {
		return r.p.followRelease(ctx, s.app, release.ID, report)
	}
	report("Heroku has built this release before: it is not built again")
	return r.p.releaseSlug(ctx, s, build.Slug.ID, "Deploy "+r.app.Release, report)
}

// anew is the release that runs already, whose variables or dynos were not right.
func (r *releaseDelivery) anew(ctx context.Context, app *api.App, current *api.Release, varsChanged bool, report func(string)) (*api.Release, error) {
	if varsChanged {
		all, err := r.p.releases(ctx, app)
		if err != nil {
			return nil, err
		}
		return r.p.followRelease(ctx, app, all[0].ID, report)
	}
	dynos, err := r.p.webDynos(ctx, app, current)
	if err != nil {
		return nil, err
	}
	for _, d := range dynos {
		if d.State != crashed {
			continue
		}
		report("starting the dynos again: " + d.Name + " has crashed")
		if _, err := r.p.api.DynoRestartAll(ctx, app.ID); err != nil {
			return nil, r.p.failed("start the dynos again", err)
		}
		break
	}
	return current, nil
}

// retreat is how to undo a release: the one before it, and the variables before the
// changes.
type retreat struct {
	to      *api.Release
	vars    map[string]string
	changed map[string]*string
}

// goBack puts the release before in charge again if the new one is at fault, and returns
// why it was left.
func (p *Provider) goBack(ctx context.Context, app *api.App, way retreat, why error, report func(string)) error {
	if _, atFault := errors.AsType[broken](why); !atFault || way.to == nil || ctx.Err() != nil {
		return why
	}
	err := p.retreat(ctx, app, way, report)
	if err == nil {
		return why
	}
	return &providers.Failed{
		Err:  fmt.Errorf("%w\nThe release before it could not be put in charge again: %w", why, err),
		Next: fmt.Sprintf("heroku rollback v%d -a %s; then mend the app and run the same command again", way.to.Version, app.Name),
	}
}

func (p *Provider) retreat(ctx context.Context, app *api.App, way retreat, report func(string)) error {
	s := &standing{app: app}
	var err error
	if s.releases, err = p.releases(ctx, app); err != nil {
		return err
	}
	current := s.current()
	if current == nil || current.Slug.ID != way.to.Slug.ID || len(way.changed) > 0 {
		report(fmt.Sprintf("going back to Heroku's v%d, the release before", way.to.Version))
		if current, err = p.rollBackTo(ctx, s, way.to, report); err != nil {
			return err
		}
	}
	// Heroku's rollback brings back the variables too. This is for the case that it does not.
	if err := p.setVars(ctx, app, asBefore(way.vars, way.changed)); err != nil {
		return err
	}
	if err := p.up(ctx, app, current, providers.Health{}, report); err != nil {
		return err
	}
	return nil
}
