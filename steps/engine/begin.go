package engine

import (
	"errors"
	"maps"
	"math"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/access"
	"slipway/steps/plan"
)

// OpenProvider opens the provider that a plan names. dir is the deployment's
// own folder, which may not exist.
type OpenProvider func(plan plan.Plan, dir string) (providers.Provider, error)

// Begin opens the provider and tells what the run is about. It changes nothing:
// where there are no keys yet, the plan has passing ones.
func Begin(p plan.Plan, facts Facts, home state.Home, open OpenProvider, emit func(Event)) (*Run, error) {
	if p.Tag == "" { // to look with; the one that counts is made with the record
		p.Tag = state.NewTag(p.Name)
	}
	provider, err := open(p, home.Folder(p.Name))
	if err != nil {
		return nil, err
	}
	run := &Run{Plan: p, facts: facts, provider: provider, emit: emit, began: time.Now(),
		spent: map[providers.Phase]float64{}, seconds: map[string]float64{}}
	if run.record, err = home.Read(p.Name); err != nil && !errors.Is(err, state.ErrUnknown) {
		return nil, err
	}
	k, err := access.ReadKeys(home.Folder(p.Name))
	if err != nil {
		return nil, err
	}
	if err := run.use(k, p.Tag); err != nil {
		return nil, err
	}
	run.event(Event{Kind: KindStart, Name: p.Name, Provider: p.Value(plan.KeyProvider), Values: p.InOrder()})
	return run, nil
}

// Visit is a run without stages, to log in to a server that exists and take
// its deployment up.
func Visit(plan plan.Plan, provider providers.Provider, emit func(Event)) *Run {
	return &Run{Plan: plan, provider: provider, emit: emit}
}

// Hold makes the run one that may change things: it puts the deployment on
// record, with its keys, before anything else is done. If there is no place for
// that, nothing is made.
func (r *Run) Hold(d *state.Deployment) error {
	r.deployment = d
	k, err := access.OpenKeys(r.deployment)
	if err != nil {
		return err
	}
	if err := r.onRecord(k); err != nil {
		return err
	}
	return r.use(k, r.deployment.Record().Tag)
}

// onRecord saves what is intended, if it is news.
func (r *Run) onRecord(k access.Keys) error {
	was := r.deployment.Record()
	used := r.Plan.Recorded()
	if maps.Equal(was.Settings, used) && len(was.Server.HostKeys) > 0 {
		return nil
	}
	return r.deployment.Update(func(record *state.Record) {
		record.Settings = used
		if len(record.Server.HostKeys) == 0 {
			record.Server.HostKeys = r.firstHostKeys(k)
		}
	})
}

// use completes the plan with the deployment's keys and tag.
func (r *Run) use(k access.Keys, tag string) error {
	r.signers = k.Signers()
	r.Plan.Tag, r.Plan.AuthorizedKey = tag, k.Login.Public()
	data, err := userData(r.Plan, k)
	if err != nil {
		return err
	}
	r.spec = plan.SpecOf(r.Plan)
	r.spec.Known = r.Record().Known
	r.spec.UserData = data
	return nil
}

func round(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }

func (r *Run) Disconnect() {
	defer r.leaveEntry()
	if r.server != nil {
		r.server.client.Close()
	}
}
