package steps

import (
	"context"
	"errors"
	"maps"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// Removal is what destroy would remove, looked at before it is removed. It holds
// the deployment; the caller closes it.
type Removal struct {
	// Name is the deployment's.
	Name string
	// Holdings are what exists and would be removed.
	Holdings []providers.Holding
	// Data is what of it nobody can make again.
	Data Data

	deployment *state.Deployment
	provider   providers.Provider
	plan       plan.Plan
	spec       providers.Spec
}

// OpenRemoval looks at what a deployment has. A name that is not known is a
// *providers.Usage.
func OpenRemoval(ctx context.Context, name string, home state.Home, open engine.OpenProvider) (*Removal, error) {
	if record, err := home.Read(name); err == nil && record.Moving != nil && record.Moving.Serves(name) {
		return nil, refuseMoving(home, name)
	}
	return openRemoval(ctx, name, home, open)
}

func openRemoval(ctx context.Context, name string, home state.Home, open engine.OpenProvider) (*Removal, error) {
	d, err := hold(home, name)
	if err != nil {
		return nil, err
	}
	r := &Removal{Name: name, deployment: d}
	r.plan = plan.OfRecord(d.Record())
	r.spec = plan.WithRecord(plan.SpecOf(r.plan), d.Record())
	r.spec.Known = certain(d.Record())
	if r.provider, err = open(r.plan, d.Dir()); err == nil {
		err = r.awaitUnanswered(ctx)
	}
	if err == nil {
		r.Holdings, err = r.provider.Holdings(ctx, r.spec)
	}
	if err == nil && len(r.Holdings) > 0 {
		r.Data = r.lookAtData(ctx)
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return r, nil
}

// certain are the identifiers on record of what was not asked for anew since: the answer
// to that may be lost.
func certain(r state.Record) map[string]string {
	known := maps.Clone(r.Known)
	maps.DeleteFunc(known, func(kind, _ string) bool { return !r.IntendedAt(kind).IsZero() })
	return known
}

// Do removes what the deployment has, then its record. It can be called again
// after a failure or a crash.
func (r *Removal) Do(ctx context.Context, report func(line string)) error {
	if err := r.giveServerBack(ctx, report); err != nil {
		return err
	}
	if err := r.provider.Destroy(ctx, r.spec, report); err != nil {
		// If what is left can't be asked for, the costs on record stay.
		_, _ = keepCosts(ctx, r.provider, r.spec, r.deployment)
		return err
	}
	if err := r.keepKey(report); err != nil {
		return err
	}
	return r.deployment.Remove()
}

// Close gives the deployment back.
func (r *Removal) Close() error { return r.deployment.Close() }
