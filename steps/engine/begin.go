package engine

import (
	"errors"
	"fmt"
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
// where there are no keys yet, the plan has keys that are kept nowhere. graph is
// what should hold on the target's server, if it has one.
func Begin(p plan.Plan, graph Graph, home state.Home, open OpenProvider, emit func(Event)) (*Run, error) {
	if p.Tag == "" { // to look with; the one that counts is made with the record
		p.Tag = state.NewTag(p.Name)
	}
	provider, err := open(p, home.Folder(p.Name))
	if err != nil {
		return nil, err
	}
	run := Visit(p, provider, emit)
	if _, ok := provider.(providers.Platform); !ok && run.host == nil {
		return nil, fmt.Errorf("the provider %s has no server and takes no app", provider.Name())
	}
	run.graph, run.facts, run.began = graph, graph.Facts(), time.Now()
	run.spent, run.seconds = map[providers.Phase]float64{}, map[string]float64{}
	if run.record, err = home.Read(p.Name); err != nil && !errors.Is(err, state.ErrUnknown) {
		return nil, err
	}
	var keys access.Keys
	if run.host != nil {
		if keys, err = access.ReadKeys(home.Folder(p.Name)); err != nil {
			return nil, err
		}
	}
	if err := run.complete(p.Tag, keys); err != nil {
		return nil, err
	}
	run.event(Event{Kind: KindStart, Name: p.Name, Provider: p.Value(plan.KeyProvider), Values: p.InOrder()})
	return run, nil
}

// Visit is a run without stages, to log in to a server that exists and take
// its deployment up.
func Visit(p plan.Plan, provider providers.Provider, emit func(Event)) *Run {
	host, _ := provider.(providers.ServerProvider)
	return &Run{Plan: p, provider: provider, host: host, emit: emit}
}

// Hold makes the run one that may change things: it puts the deployment on
// record, with its keys, before anything else is done. If there is no place for
// that, nothing is made.
func (r *Run) Hold(d *state.Deployment) error {
	r.deployment = d
	var keys access.Keys
	var hostKeys []string
	if r.host != nil {
		var err error
		if keys, err = access.OpenKeys(d); err != nil {
			return err
		}
		hostKeys = r.firstHostKeys(keys)
	}
	if err := r.onRecord(hostKeys); err != nil {
		return err
	}
	return r.complete(d.Record().Tag, keys)
}

// onRecord saves what is intended, if it is news. The host keys are saved only
// where none are on record.
func (r *Run) onRecord(hostKeys []string) error {
	before, intended := r.deployment.Record(), r.Plan.Recorded()
	pinned := len(before.Server.HostKeys) > 0 || len(hostKeys) == 0
	if pinned && maps.Equal(before.Settings, intended) {
		return nil
	}
	return r.deployment.Update(func(record *state.Record) {
		record.Settings, record.OnServer = intended, r.Plan.OnServer
		if !pinned {
			record.Server.HostKeys = hostKeys
		}
	})
}

// complete fills in the deployment's tag and, where there is a server to log in
// to, its keys.
func (r *Run) complete(tag string, k access.Keys) error {
	r.Plan.Tag = tag
	data := ""
	if r.host != nil {
		r.signers, r.Plan.AuthorizedKey = k.Signers(), k.Login.Public()
		var err error
		if data, err = userData(r.Plan, k, r.facts); err != nil {
			return err
		}
	}
	r.spec = plan.WithRecord(plan.SpecOf(r.Plan), r.Record())
	r.spec.UserData = data
	return nil
}

func round(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }

// Disconnect ends the run's logins. What runs on the server goes on.
func (r *Run) Disconnect() {
	if r.server != nil {
		r.server.client.Close()
	}
	if r.operator != nil {
		r.operator.letGo()
		r.operator = nil
	}
}
