package steps

import (
	"context"
	"errors"
	"time"

	"slipway/providers"
	"slipway/state"
)

// Removal is the end of a deployment, looked at before it is done. It holds the
// deployment; Close it.
type Removal struct {
	// Name is the deployment's.
	Name string
	// Holdings are what exists and would be removed.
	Holdings []providers.Holding

	deployment *state.Deployment
	provider   providers.Provider
	plan       Plan
	spec       providers.Spec
}

// OpenRemoval looks at what a deployment has. A name that is not known is a
// *Usage.
func OpenRemoval(ctx context.Context, name string, home state.Home, open OpenProvider) (*Removal, error) {
	if !home.Exists(name) {
		return nil, errNothing(name)
	}
	d, err := home.Open(name, time.Now())
	if err != nil {
		return nil, err
	}
	r := &Removal{Name: name, deployment: d}
	r.plan = PlanOf(d.Record())
	r.spec = specOf(r.plan)
	r.spec.Known = d.Record().Known
	if r.provider, err = open(r.plan, d.Dir()); err == nil {
		err = r.settleIntents(ctx)
	}
	if err == nil {
		r.Holdings, err = r.provider.Holdings(ctx, r.spec)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return r, nil
}

// Do removes what the deployment has, then its record. It can be called again
// after a failure or a crash.
func (r *Removal) Do(ctx context.Context, report func(line string)) error {
	if err := r.takeOff(ctx, report); err != nil {
		return err
	}
	if err := r.provider.Destroy(ctx, r.spec, report); err != nil {
		return err
	}
	return r.deployment.Remove()
}

// Close gives the deployment back.
func (r *Removal) Close() error { return r.deployment.Close() }

// PlanOf is as much of a plan as a record tells: enough to find what was made.
func PlanOf(record state.Record) Plan {
	p := Plan{Name: record.Name, Tag: record.Tag, Release: record.Release, Address: record.Server.Address, Values: map[string]NamedValue{}}
	for key, value := range record.Settings {
		p.Values[key] = NamedValue{Key: key, Value: value, From: FromEarlier}
	}
	return p
}
