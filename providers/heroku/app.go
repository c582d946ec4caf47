package heroku

import (
	"context"
	"fmt"
	"net/http"
	"time"

	api "github.com/heroku/heroku-go/v6"

	"slipway/providers"
	"slipway/providers/rest"
)

// clockSkew is how much this computer's clock may differ from Heroku's.
const clockSkew = time.Hour

// kindApp is the kind of the app itself.
const kindApp = "heroku-app"

// appResource is the app at Heroku, without what runs in it.
type appResource struct {
	p    *Provider
	spec providers.Spec
}

func (r *appResource) Kind() string           { return kindApp }
func (r *appResource) Title() string          { return "an app at Heroku" }
func (r *appResource) Phase() providers.Phase { return providers.PhaseBoot }

// Look finds the app by its name and tag.
func (r *appResource) Look(ctx context.Context, asked time.Time) (providers.Finding, error) {
	app, err := lookAsked(ctx, r.p, asked, func(ctx context.Context) (*api.App, error) { return r.p.app(ctx, r.spec, asked) })
	if err != nil {
		return providers.Finding{}, err
	}
	if app == nil {
		return r.missing(ctx)
	}
	found := providers.Finding{ID: app.ID, Detail: fmt.Sprintf("%s in %s, %s", app.Name, app.Region.Name, app.BuildStack.Name), Notes: r.differences(app)}
	vars, err := r.p.vars(ctx, app)
	if err != nil {
		return providers.Finding{}, err
	}
	if vars[TagVariable] != r.spec.Tag {
		found.Changes = []providers.Change{{What: "set " + TagVariable + " of app " + app.Name, Why: "it marks the app as this deployment's"}}
		return found, nil
	}
	found.Holds = true
	return found, nil
}

func (r *appResource) missing(ctx context.Context) (providers.Finding, error) {
	sale, err := r.p.Catalog(ctx)
	if err != nil {
		return providers.Finding{}, err
	}
	chosen, err := sale.choose(r.spec)
	if err != nil {
		return providers.Finding{}, err
	}
	whose := "the account"
	if r.p.options.Team != "" {
		whose = "the team " + r.p.options.Team
	}
	return providers.Finding{Changes: []providers.Change{{
		What: fmt.Sprintf("create app %s in %s with %s", appName(r.spec), chosen.region, chosen.stack),
		Why:  "it belongs to " + whose + " and costs nothing while no dyno runs",
	}}}, nil
}

// differences are notes about what is asked for now and what the app was not made with.
func (r *appResource) differences(app *api.App) []string {
	var notes []string
	add := func(flag, want, have string) {
		if want != "" && have != "" && want != have {
			notes = append(notes, fmt.Sprintf("the app exists with %s; --%s %s needs a new app: destroy this one first", have, flag, want))
		}
	}
	add("region", r.spec.Region, app.Region.Name)
	add("image", r.spec.Image, app.BuildStack.Name)
	return notes
}

// Make creates the app and marks it as the deployment's. A name can't be given twice, so
// what is asked for twice is made once.
func (r *appResource) Make(ctx context.Context, report func(string)) error {
	app, err := r.p.app(ctx, r.spec, r.p.pace.Clock.Now())
	if err != nil {
		return err
	}
	if app == nil {
		if app, err = r.create(ctx); err != nil {
			return err
		}
		report("created the app " + app.Name)
	}
	r.p.made = app.ID
	return r.p.setVars(ctx, app, map[string]*string{TagVariable: &r.spec.Tag})
}

func (r *appResource) create(ctx context.Context) (*api.App, error) {
	sale, err := r.p.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	chosen, err := sale.choose(r.spec)
	if err != nil {
		return nil, err
	}
	name, asked := appName(r.spec), r.p.pace.Clock.Now()
	send := func(ctx context.Context) (*api.App, error) {
		if r.p.options.Team == "" {
			return r.p.api.AppCreate(ctx, api.AppCreateOpts{Name: &name, Region: &chosen.region, Stack: &chosen.stack})
		}
		made, err := r.p.api.TeamAppCreate(ctx, api.TeamAppCreateOpts{Name: &name, Team: &r.p.options.Team, Region: &chosen.region, Stack: &chosen.stack})
		if err != nil {
			return nil, err
		}
		return &api.App{ID: made.ID, Name: made.Name}, nil
	}
	return settled(ctx, r.p, "the app "+name, send, func(ctx context.Context) (*api.App, error) { return r.p.app(ctx, r.spec, asked) })
}

// app finds the deployment's app; nil is none. asked is when a create call was about to
// be sent; zero is when spec says. An app of that name that is not the deployment's is a
// *providers.Refused.
//
// The app is made by one call and marked by another. One that has the name and no mark
// is the deployment's if it was made after it was asked for, in the own account or
// team: the name has the random part of the tag, so nobody else comes upon it.
func (p *Provider) app(ctx context.Context, spec providers.Spec, asked time.Time) (*api.App, error) {
	if err := checkTag(spec.Tag); err != nil {
		return nil, err
	}
	name := appName(spec)
	app, err := p.api.AppInfo(ctx, name)
	if err = p.plain(err); rest.IsNotFound(err) && p.made != "" {
		// It is there, or was a moment ago.
		if err = p.patient(ctx, "look for the app "+name, func() (err error) { app, err = p.api.AppInfo(ctx, name); return err }); rest.IsNotFound(err) {
			p.made = ""
		}
	}
	if rest.IsNotFound(err) {
		return nil, nil
	}
	if rest.Status(err) == http.StatusForbidden {
		return nil, &providers.Refused{Err: fmt.Errorf("the name %s is taken at Heroku by an app that this account may not see: %w", name, err), Next: otherName}
	}
	if err != nil {
		return nil, p.failed("look for the app "+name, err)
	}
	if app.ID == p.made {
		return app, nil
	}
	vars, err := p.vars(ctx, app)
	if err != nil {
		return nil, err
	}
	switch tag, marked := vars[TagVariable]; {
	case tag == spec.Tag || !marked && spec.Known[kindApp] == app.ID:
	case marked:
		return nil, &providers.Refused{Err: fmt.Errorf("the app %s at Heroku belongs to another deployment, %s", name, tag), Next: otherName}
	default:
		if asked.IsZero() {
			asked = spec.Asked[kindApp]
		}
		if err := p.plausible(ctx, app, spec, asked); err != nil {
			return nil, err
		}
	}
	p.made = app.ID
	return app, nil
}

// plausible refuses an app that has the deployment's name but no mark, unless this
// account or team made it after it was asked for.
func (p *Provider) plausible(ctx context.Context, app *api.App, spec providers.Spec, asked time.Time) error {
	own := p.options.Team != "" && app.Team != nil && (app.Team.Name == p.options.Team || app.Team.ID == p.options.Team)
	if p.options.Team == "" {
		account, err := p.whose(ctx)
		if err != nil {
			return err
		}
		own = app.Owner.ID == account.ID
	}
	if own && !asked.IsZero() && app.CreatedAt.After(asked.Add(-clockSkew)) {
		return nil
	}
	return &providers.Refused{
		Err: fmt.Errorf("the app %s exists at Heroku without this deployment's mark, and was made at %s", app.Name, app.CreatedAt.Format(time.RFC3339)),
		Next: fmt.Sprintf("if it is this deployment's: heroku config:set %s=%s -a %s; if not, %s",
			TagVariable, spec.Tag, app.Name, otherName),
	}
}
