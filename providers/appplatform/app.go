package appplatform

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// kindApp is the kind of the app, by which its identifier is on record.
const kindApp = "app"

// app finds the deployment's app; nil is none. An app of its name without its tag is a
// *providers.Refused.
func (p *Provider) app(ctx context.Context, spec providers.Spec) (*godo.App, error) {
	if err := checkTag(spec.Tag); err != nil {
		return nil, err
	}
	name := AppName(spec.Name, spec.Tag)
	for _, id := range []string{p.made, spec.Known[kindApp]} {
		if id == "" {
			continue
		}
		app, err := p.appByID(ctx, id)
		if err != nil {
			return nil, err
		}
		if app != nil && tagOf(app) == spec.Tag {
			p.made = app.ID
			return app, nil
		}
	}
	all, err := p.apps(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(a *godo.App) bool { return a.Spec != nil && a.Spec.Name == name })
	if at < 0 {
		return nil, nil
	}
	if tagOf(all[at]) != spec.Tag {
		return nil, taken(name)
	}
	p.made = all[at].ID
	return p.appByID(ctx, all[at].ID)
}

// taken is the error about an app of the deployment's name that is another's.
func taken(name string) error {
	return &providers.Refused{
		Err: fmt.Errorf("the app %s exists in this DigitalOcean account without this deployment's tag in %s: it is somebody else's", name, TagVariable), Next: otherName,
	}
}

// appByID is an app; nil if it is not there.
func (p *Provider) appByID(ctx context.Context, id string) (*godo.App, error) {
	app, err := account.Whole(p.api.Apps.Get(ctx, id))
	if err = p.api.Plain(err); rest.IsNotFound(err) {
		return nil, nil
	}
	return app, p.failed("look for the app", err)
}

// apps are all of the account.
func (p *Provider) apps(ctx context.Context) ([]*godo.App, error) {
	return account.EveryPage(ctx, p.api, "list the account's apps", func(ctx context.Context, number int) ([]*godo.App, *godo.Response, error) {
		return p.api.Apps.List(ctx, account.FullPage(number))
	})
}

// serving is the deployment's app with what takes its traffic; without such, the error is
// ErrNoApp.
func (p *Provider) serving(ctx context.Context, spec providers.Spec) (*godo.App, error) {
	app, err := p.app(ctx, spec)
	if err == nil && (app == nil || app.ActiveDeployment == nil) {
		err = providers.ErrNoApp
	}
	if err != nil {
		return nil, err
	}
	return app, nil
}

// tagOf is the tag of the deployment to which an app belongs; "" if it is none of ours.
func tagOf(app *godo.App) string { return variableOf(app.Spec, TagVariable) }

// variableOf is the value of a variable of all components; "" if there is none.
func variableOf(spec *godo.AppSpec, name string) string {
	if spec == nil {
		return ""
	}
	for _, v := range spec.Envs {
		if v.Key == name {
			return v.Value
		}
	}
	return ""
}

// Namesakes lists the tags of deployments that have spec's name and another tag, sorted.
func (p *Provider) Namesakes(ctx context.Context, spec providers.Spec) ([]string, error) {
	all, err := p.apps(ctx)
	if err != nil {
		return nil, err
	}
	var tags []string
	for _, a := range all {
		tag := tagOf(a)
		if tag != "" && tag != spec.Tag && AppName(spec.Name, tag) == a.Spec.Name {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	return tags, nil
}

// create makes the app. The call is sent once; if its answer is lost, or says that there
// is such an app, it is looked for as long as the list of apps may lag behind.
func (p *Provider) create(ctx context.Context, spec providers.Spec, wanted *godo.AppSpec) (*godo.App, error) {
	app, err := account.Whole(p.api.Apps.Create(ctx, &godo.AppCreateRequest{Spec: wanted}))
	if err = p.api.Plain(err); err == nil {
		p.made = app.ID
		return app, nil
	}
	what := "the app " + wanted.Name
	if ctx.Err() != nil {
		return nil, fmt.Errorf("create %s (the next run finds out whether it was made): %w", what, ctx.Err())
	}
	if !rest.IsUncertain(err) && !isTaken(err) {
		return nil, p.failed("create "+what, err)
	}
	found, lookErr := p.awaited(ctx, spec)
	switch {
	case lookErr != nil || found != nil:
		return found, lookErr
	case isTaken(err):
		return nil, taken(wanted.Name)
	}
	return nil, rest.NothingMade(what, err)
}

// awaited looks for the app for as long as the list may lag behind a create; nil is none.
func (p *Provider) awaited(ctx context.Context, spec providers.Spec) (*godo.App, error) {
	var app *godo.App
	_, err := p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		var err error
		app, err = p.app(ctx, spec)
		return app != nil, err
	})
	return app, err
}

// lookAsked looks once, or, with the time of a create call whose answer is not known, for
// as long as the list may lag behind.
func (p *Provider) lookAsked(ctx context.Context, spec providers.Spec, asked time.Time) (*godo.App, error) {
	if asked.IsZero() {
		return p.app(ctx, spec)
	}
	return p.awaited(ctx, spec)
}
