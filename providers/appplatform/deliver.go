package appplatform

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
)

// appDelivery is the app with the release that takes the traffic.
type appDelivery struct {
	p    *Provider
	spec providers.Spec
	app  providers.App
}

func (*appDelivery) Kind() string           { return kindApp }
func (*appDelivery) Title() string          { return "the app takes the traffic" }
func (*appDelivery) Phase() providers.Phase { return providers.PhaseOther }

// Look tells whether visitors get the release, run as it should be.
func (d *appDelivery) Look(ctx context.Context, asked time.Time) (providers.Finding, error) {
	have, err := d.p.lookAsked(ctx, d.spec, asked)
	if err != nil {
		return providers.Finding{}, err
	}
	now := ""
	if have != nil && have.ActiveDeployment != nil {
		now = variableOf(have.ActiveDeployment.Spec, ReleaseVariable)
	}
	if d.app.Archive == nil {
		return d.drift(have, now), nil
	}
	if now != d.app.Release || have.PinnedDeployment != nil {
		return d.arrives(ctx, have, now)
	}
	in, changed, err := d.p.wanted(ctx, d.spec, d.app, have)
	if err != nil {
		return providers.Finding{}, err
	}
	finding := providers.Finding{ID: have.ID, Detail: fmt.Sprintf("%s, release %s", have.Spec.Name, now), Notes: d.notes(in, have)}
	place := differs(have.ActiveDeployment.Spec, AppSpec(in))
	if place == "" {
		finding.Holds = true
		return finding, nil
	}
	if len(changed) > 0 {
		finding.Changes = append(finding.Changes, variablesChange(changed))
	}
	change := d.priced(providers.Change{What: "change how release " + now + " runs", Why: "the app's spec differs in " + place}, in, have)
	if variableOf(have.ActiveDeployment.Spec, firstVariable) != "" {
		change.What, change.Why = "take the command that makes the database out of the app's spec", "it is to run once only"
	}
	finding.Changes = append(finding.Changes, change)
	return finding, nil
}

// drift is what a look without the app's source finds.
func (d *appDelivery) drift(have *godo.App, now string) providers.Finding {
	if now != d.app.Release {
		change := providers.Change{What: "let release " + d.app.Release + " take the traffic"}
		if now != "" {
			change.Was = "release " + now
		}
		return providers.Finding{Changes: []providers.Change{change}}
	}
	return providers.Finding{Holds: true, ID: have.ID, Detail: fmt.Sprintf("%s, release %s", have.Spec.Name, now)}
}

// arrives is what is found before the release takes the traffic. Its image need not be
// there yet.
func (d *appDelivery) arrives(ctx context.Context, have *godo.App, now string) (providers.Finding, error) {
	in, changed, err := d.p.outline(ctx, d.spec, d.app, have)
	if err != nil {
		return providers.Finding{}, err
	}
	finding := providers.Finding{Notes: d.notes(in, have)}
	change := providers.Change{What: "let release " + d.app.Release + " take the traffic"}
	if now != "" {
		change.Was = "release " + now
	}
	if have == nil {
		change.What = fmt.Sprintf("create app %s in %s with release %s", in.Name, in.Region, d.app.Release)
		change.Why = "it runs " + in.instances()
	} else {
		finding.ID = have.ID
		if len(changed) > 0 {
			finding.Changes = append(finding.Changes, variablesChange(changed))
		}
	}
	finding.Changes = append(finding.Changes, d.priced(change, in, have))
	return finding, nil
}

func variablesChange(names []string) providers.Change {
	return providers.Change{What: "change the app's variables: " + strings.Join(names, ", ")}
}

// priced adds what the app costs, where that is otherwise than before.
func (d *appDelivery) priced(change providers.Change, in SpecInput, have *godo.App) providers.Change {
	spec := AppSpec(in)
	now, hourly := d.p.catalog.price(spec)
	before := 0.0
	if have != nil && have.ActiveDeployment != nil {
		before, _ = d.p.catalog.price(have.ActiveDeployment.Spec)
	}
	if now == before {
		return change
	}
	change.Monthly, change.Hourly, change.Ends = now, hourly, before
	if before > 0 {
		change.Why = joinedWords(change.Why, "it runs "+in.instances())
	}
	return change
}

func joinedWords(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// notes are what a person should know of the app.
func (d *appDelivery) notes(in SpecInput, have *godo.App) []string {
	var notes []string
	for _, name := range in.elsewhere() {
		at := "the app's address, which status shows once it runs"
		if have != nil && have.DefaultIngress != "" {
			at = strings.TrimPrefix(have.DefaultIngress, "https://")
		}
		notes = append(notes, fmt.Sprintf("the zone of %s is not in this DigitalOcean account: make it a CNAME of %s where the zone is", name, at))
	}
	if in.App.MostWeb > 0 {
		in.App.Counts, in.App.MostWeb = map[string]int{webComponent: in.App.MostWeb}, 0
		most, _ := d.p.catalog.price(&godo.AppSpec{Services: []*godo.AppServiceSpec{in.web()}})
		notes = append(notes, fmt.Sprintf("under load there are up to %d instances of the web app, which cost %s together", in.count(webComponent), providers.AMonth(most)))
	}
	if have != nil && d.spec.Region != "" {
		if asked, err := d.p.catalog.region(d.spec); err == nil && asked.Slug != in.Region {
			notes = append(notes, fmt.Sprintf("the app is in %s and stays there; --region %s needs a new app", in.Region, d.spec.Region))
		}
	}
	return notes
}

// Make creates the app, or gives it the spec of the release, and follows its deployment.
// One that fails never takes the traffic.
func (d *appDelivery) Make(ctx context.Context, report func(line string)) error {
	have, err := d.p.lookAsked(ctx, d.spec, d.spec.Asked[kindApp])
	if err != nil {
		return err
	}
	if have != nil {
		if have, err = d.p.unpin(ctx, d.spec, have, report); err != nil {
			return err
		}
	}
	in, _, err := d.p.wanted(ctx, d.spec, d.app, have)
	if err != nil {
		return err
	}
	if have != nil {
		if err := d.p.admitApp(ctx, d.spec, d.app, have.ID); err != nil {
			return err
		}
		err = d.p.deploy(ctx, have, AppSpec(in), report)
	} else {
		err = d.create(ctx, in, report)
	}
	if err == nil && in.First {
		err = d.settle(ctx, report)
	}
	if err != nil {
		return err
	}
	return d.p.prune(ctx, d.spec)
}

// create makes the app, lets it connect to its databases while it starts, and follows its
// deployment.
func (d *appDelivery) create(ctx context.Context, in SpecInput, report func(line string)) error {
	made, err := d.p.create(ctx, d.spec, AppSpec(in))
	if err != nil {
		return err
	}
	report("created the app " + in.Name)
	if err := d.p.admitApp(ctx, d.spec, d.app, made.ID); err != nil {
		return err
	}
	return d.p.follow(ctx, made.ID, AppSpec(in), nil, report)
}

// settle gives an app that was deployed for the first time the spec of every other time:
// what makes the tables of its database must not run with another deployment, and the name
// that App Platform gave it is known now.
func (d *appDelivery) settle(ctx context.Context, report func(line string)) error {
	have, err := d.p.serving(ctx, d.spec)
	if err != nil {
		return err
	}
	in, _, err := d.p.wanted(ctx, d.spec, d.app, have)
	if err != nil || differs(have.ActiveDeployment.Spec, AppSpec(in)) == "" {
		return err
	}
	report("the first deployment is done: giving the app its spec for all others")
	return d.p.deploy(ctx, have, AppSpec(in), report)
}
