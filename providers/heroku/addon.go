package heroku

import (
	"context"
	"fmt"
	"net/url"
	"time"

	api "github.com/heroku/heroku-go/v6"

	"slipway/providers"
	"slipway/providers/rest"
)

// plan is what Heroku has for a kind of database.
type plan struct {
	// service and name are the add-on's: "heroku-postgresql", "essential-0".
	service, name string
	// as names the variable: DATABASE is DATABASE_URL.
	as string
}

// plans are the cheapest that are meant for use, by kind.
var plans = map[string]plan{
	"postgres": {"heroku-postgresql", "essential-0", "DATABASE"},
	"redis":    {"heroku-redis", "mini", "REDIS"},
	"mariadb":  {"jawsdb-maria", "kitefin", "DATABASE"},
}

// addOnResource is a database beside the app. The app finds it by a variable.
type addOnResource struct {
	p    *Provider
	spec providers.Spec
	kind string
}

func (r *addOnResource) Kind() string           { return "add-on-" + r.kind }
func (r *addOnResource) Title() string          { return "the " + r.kind + " of the app, an add-on" }
func (r *addOnResource) Phase() providers.Phase { return providers.PhaseBoot }

// Look finds an add-on of the app that is of the service.
func (r *addOnResource) Look(ctx context.Context, asked time.Time) (providers.Finding, error) {
	wanted, ok := plans[r.kind]
	if !ok {
		return providers.Finding{}, &providers.Usage{Err: fmt.Errorf("heroku has no database of the kind %q", r.kind), Next: "use postgres, redis or mariadb"}
	}
	found, err := lookAsked(ctx, r.p, asked, r.addOn)
	if err != nil {
		return providers.Finding{}, err
	}
	if found == nil {
		return r.missing(ctx, wanted)
	}
	finding := providers.Finding{ID: found.ID, Detail: found.Plan.Name + " " + found.Name}
	if found.State != "provisioned" {
		finding.Changes = []providers.Change{{What: "wait for " + found.Name, Why: "it is " + found.State}}
		return finding, nil
	}
	finding.Holds = true
	return finding, nil
}

func (r *addOnResource) missing(ctx context.Context, wanted plan) (providers.Finding, error) {
	name := wanted.service + ":" + wanted.name
	sold, err := r.p.api.PlanInfo(ctx, url.PathEscape(name))
	if err != nil {
		return providers.Finding{}, r.p.failed("ask for the price of "+name, err)
	}
	cost := price{Cents: sold.Price.Cents, Unit: sold.Price.Unit}
	return providers.Finding{Changes: []providers.Change{{
		What: "create add-on " + name, Why: "the app's " + r.kind + ", in the variable " + wanted.as + "_URL",
		Monthly: cost.monthly(), Hourly: cost.hourly(),
	}}}, nil
}

// Make creates the add-on and waits until it can be used. Its name is unique at Heroku,
// so what is asked for twice is made once.
func (r *addOnResource) Make(ctx context.Context, report func(string)) error {
	found, err := r.addOn(ctx)
	if err != nil {
		return err
	}
	if found == nil {
		if found, err = r.create(ctx); err != nil {
			return err
		}
		report("created the add-on " + found.Name)
	}
	w := rest.Wait{What: "the add-on " + found.Name + " to be ready", Within: r.p.options.BuildWithin, Next: again, Report: report}
	return r.p.pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		now, err := r.addOn(ctx)
		switch {
		case err != nil:
			return false, "", err
		case now == nil:
			return false, "it does not show yet", nil
		case now.State == "deprovisioned":
			return false, "", &providers.Failed{Err: fmt.Errorf("the add-on %s was accepted by Heroku and then not made", now.Name), Next: again}
		}
		return now.State == "provisioned", "it is " + now.State, nil
	})
}

func (r *addOnResource) create(ctx context.Context) (*api.AddOn, error) {
	app, err := r.p.app(ctx, r.spec, time.Time{})
	if err != nil {
		return nil, err
	}
	if app == nil {
		return nil, fmt.Errorf("create the %s: %w", r.kind, providers.ErrNoApp)
	}
	wanted, name := plans[r.kind], app.Name+"-"+r.kind
	options := api.AddOnCreateOpts{Plan: wanted.service + ":" + wanted.name, Name: &name}
	options.Attachment = &struct {
		Name *string `json:"name,omitempty" url:"name,omitempty,key"`
	}{Name: &wanted.as}
	send := func(ctx context.Context) (*api.AddOn, error) { return r.p.api.AddOnCreate(ctx, app.ID, options) }
	return settled(ctx, r.p, "the add-on "+options.Plan, send, r.addOn)
}

// addOn is the app's add-on of the service, whoever made it; nil is none.
func (r *addOnResource) addOn(ctx context.Context) (*api.AddOn, error) {
	app, err := r.p.app(ctx, r.spec, time.Time{})
	if err != nil || app == nil {
		return nil, err
	}
	all, err := r.p.addOns(ctx, app)
	for i := range all {
		if all[i].AddonService.Name == plans[r.kind].service {
			return &all[i], nil
		}
	}
	return nil, err
}

// addOns are those that are billed to the app; others only lend it theirs.
func (p *Provider) addOns(ctx context.Context, app *api.App) ([]api.AddOn, error) {
	all, err := list[api.AddOn](ctx, p, "list the app's add-ons", "/apps/"+app.ID+"/addons")
	if err != nil {
		return nil, err
	}
	var own []api.AddOn
	for _, a := range all {
		if a.App.ID == app.ID && a.State != "deprovisioned" {
			own = append(own, a)
		}
	}
	return own, nil
}
