package steps

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// tagForm is a tag, with the deployment's name in it.
var tagForm = regexp.MustCompile(`^slipway-([a-z0-9-]+)-[0-9a-f]{12}$`)

// adoptPlatform takes over a deployment on a platform, which is asked for what carries the
// tag. Who may use the platform may have the deployment: nothing more is proven.
func adoptPlatform(ctx context.Context, lost Lost, home state.Home, open engine.OpenProvider) (Summary, error) {
	parts := tagForm.FindStringSubmatch(lost.Tag)
	if parts == nil || plan.CheckName(parts[1]) != nil {
		return Summary{}, plan.Usagef("give the tag as the platform shows it, like slipway-shop-0a1b2c3d4e5f", "%q is no tag of slipway", lost.Tag)
	}
	record := state.Record{Name: parts[1], Tag: lost.Tag, Settings: map[string]string{plan.KeyName: parts[1], plan.KeyProvider: lost.Provider}}
	if home.Exists(record.Name) {
		return Summary{}, plan.Usagef("slipway status "+record.Name+" shows it", "there is a deployment %s on record here already", record.Name)
	}
	p := plan.OfRecord(record)
	provider, err := open(p, filepath.Join(home.Dir, "none"))
	if err != nil {
		return Summary{}, err
	}
	platform, ok := provider.(providers.Platform)
	if !ok {
		return Summary{}, fmt.Errorf("the provider %s is no platform", provider.Name())
	}
	d := &OnPlatform{platform: platform, spec: plan.SpecOf(p), record: record}
	if err := d.find(ctx, &record); err != nil {
		return Summary{}, err
	}
	made, err := home.Open(record.Name, time.Now())
	if err != nil {
		return Summary{}, err
	}
	defer made.Close()
	err = made.Update(func(r *state.Record) {
		r.Tag, r.Settings, r.Release, r.URL, r.Finished, r.Costs = record.Tag, record.Settings, record.Release, record.URL, record.Finished, record.Costs
	})
	return summarize(made.Record()), err
}

// find puts on record what the platform has of the deployment.
func (d *OnPlatform) find(ctx context.Context, record *state.Record) error {
	held, err := d.platform.Holdings(ctx, d.spec)
	if err != nil {
		return err
	}
	if len(held) == 0 {
		return plan.Usagef("look for the tag in the platform's own list", "nothing at %s carries the tag %s", d.platform.Name(), record.Tag)
	}
	record.Costs = costsOf(held)
	record.URL, err = d.platform.URL(ctx, d.spec)
	if err != nil && !errors.Is(err, providers.ErrNoApp) {
		return err
	}
	kept, err := d.releases(ctx)
	if err != nil {
		return err
	}
	for _, k := range kept {
		if k.Current {
			record.Release, record.Finished = k.Name, time.Now().UTC().Truncate(time.Second)
		}
	}
	return nil
}

// namesakes are notes about deployments of the same name on a platform whose record is not
// here: it may be lost.
func namesakes(ctx context.Context, run *engine.Run) ([]string, error) {
	platform, ok := run.Provider().(providers.Namesaker)
	if !ok || !run.Record().Created.IsZero() {
		return nil, nil
	}
	tags, err := platform.Namesakes(ctx, run.Spec())
	var notes []string
	for _, tag := range tags {
		notes = append(notes, fmt.Sprintf("another deployment %s is there, whose record is not here, and it stays: slipway adopt --provider %s --tag %s takes it over",
			run.Plan.Name, platform.Name(), tag))
	}
	return notes, err
}
