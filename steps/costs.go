package steps

import (
	"context"
	"maps"
	"slices"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/plan"
)

// costsLimit is how long a provider may take to tell what a deployment costs after a run.
const costsLimit = 10 * time.Second

// free are the providers that cost nothing more than what runs there already.
var free = []string{plan.ProviderLocal, plan.ProviderSSH, plan.ProviderDocker, ""}

// Total is what deployments cost together.
type Total struct {
	// Deployments is how many they are.
	Deployments int `json:"deployments"`
	// Monthly is the sum in US dollars a month, with Shared.
	Monthly float64 `json:"monthly"`
	// Shared are what of it an account pays once for, by kind.
	Shared map[string]float64 `json:"shared,omitempty"`
	// Unknown are the names of those whose costs are on no record.
	Unknown []string `json:"unknown,omitempty"`
}

// Sum adds up what deployments cost, by what is on record. What they share counts once.
func Sum(all []Summary) Total {
	t := Total{Deployments: len(all)}
	for _, s := range all {
		if s.Monthly == nil {
			t.Unknown = append(t.Unknown, s.Name)
			continue
		}
		t.Monthly += *s.Monthly
		for kind, monthly := range s.Shared {
			if t.Shared == nil {
				t.Shared = map[string]float64{}
			}
			t.Shared[kind] = max(t.Shared[kind], monthly)
		}
	}
	for _, monthly := range t.Shared {
		t.Monthly += monthly
	}
	t.Monthly = providers.Rounded(t.Monthly, 2)
	return t
}

// monthlyOnRecord is what the deployment costs; nil if no run has seen that.
func monthlyOnRecord(r state.Record) *float64 {
	nothingMade := len(r.Known)+len(r.Intents) == 0 && r.Finished.IsZero()
	if r.Costs == nil && !nothingMade && !slices.Contains(free, r.Settings[plan.KeyProvider]) {
		return nil
	}
	var sum float64
	for _, monthly := range r.Costs {
		sum += monthly
	}
	sum = providers.Rounded(sum, 2)
	return &sum
}

// beforeAndAfter is what a deployment costs, with what the account pays once for it, and
// what it would cost with a change; both 0 if nothing is on record, or it is unfinished.
func beforeAndAfter(r state.Record, change float64) (before, after float64) {
	monthly := monthlyOnRecord(r)
	if monthly == nil || r.Unfinished() {
		return 0, 0
	}
	before = *monthly
	for _, shared := range r.Shared {
		before += shared
	}
	if before = providers.Rounded(before, 2); before == 0 {
		return 0, 0
	}
	return before, providers.Rounded(before+change, 2)
}

// costsOf are what holdings cost, by kind. It is never nil.
func costsOf(held []providers.Holding) map[string]float64 {
	costs := map[string]float64{}
	for _, h := range held {
		if h.Monthly > 0 {
			costs[h.Kind] = providers.Rounded(costs[h.Kind]+h.Monthly, 2)
		}
	}
	return costs
}

// keepCosts puts on record what the provider says that the deployment costs now, and
// returns what exists.
func keepCosts(ctx context.Context, p providers.Provider, spec providers.Spec, d *state.Deployment) ([]providers.Holding, error) {
	ctx, cancel := context.WithTimeout(ctx, costsLimit)
	defer cancel()
	held, err := p.Holdings(ctx, spec)
	if err != nil {
		return nil, err
	}
	uses, err := sharedOf(ctx, p, spec)
	if err != nil {
		return held, err
	}
	before, costs, shared := d.Record(), costsOf(held), costsOf(uses)
	if before.Costs != nil && maps.Equal(before.Costs, costs) && maps.Equal(before.Shared, shared) {
		return held, nil
	}
	return held, d.Update(func(r *state.Record) { r.Costs, r.Shared = costs, shared })
}

// sharedOf is what the account pays once for and the deployment uses.
func sharedOf(ctx context.Context, p providers.Provider, spec providers.Spec) ([]providers.Holding, error) {
	sharer, ok := p.(providers.Sharer)
	if !ok {
		return nil, nil
	}
	return sharer.Shared(ctx, spec)
}

// lookAtCosts asks what the deployment has and costs now, and adds up what all cost.
func (c *Condition) lookAtCosts(ctx context.Context, p providers.Provider, spec providers.Spec, home state.Home) error {
	var err error
	if c.Holdings, err = p.Holdings(ctx, spec); err != nil {
		return err
	}
	if c.Uses, err = sharedOf(ctx, p, spec); err != nil {
		return err
	}
	var monthly float64
	for _, cost := range costsOf(c.Holdings) {
		monthly += cost
	}
	monthly = providers.Rounded(monthly, 2)
	c.Monthly, c.Shared = &monthly, costsOf(c.Uses)
	all, err := List(home)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].Name == c.Name {
			all[i] = c.Summary
		}
	}
	c.Total = Sum(all)
	return nil
}
