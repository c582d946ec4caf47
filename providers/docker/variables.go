package docker

import (
	"context"
	"maps"
	"slices"

	"slipway/providers"
)

// Variables lists the names of the variables that the app was given, sorted.
func (p *Provider) Variables(ctx context.Context, spec providers.Spec) ([]string, error) {
	d, err := p.open(spec)
	if err != nil {
		return nil, err
	}
	r, found, err := d.current(ctx)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, providers.ErrNoApp
	}
	return slices.Sorted(maps.Keys(r.variables)), nil
}

// SetVariables starts the release that takes the traffic beside itself, with the other
// variables; it takes over if it is healthy.
func (p *Provider) SetVariables(ctx context.Context, spec providers.Spec, set map[string]string, unset []string, report func(line string)) (bool, error) {
	d, err := p.open(spec)
	if err != nil {
		return false, err
	}
	r, found, err := d.current(ctx)
	if err != nil {
		return false, err
	}
	if !found {
		return false, providers.ErrNoApp
	}
	wanted := changedVariables(r.variables, set, unset)
	if maps.Equal(wanted, r.variables) {
		return false, nil
	}
	r.variables = wanted
	if err := d.takeOver(ctx, r, report); err != nil {
		return false, err
	}
	return true, nil
}

// changedVariables are variables with others set and unset. One that is in both is set.
func changedVariables(before, set map[string]string, unset []string) map[string]string {
	after := map[string]string{}
	maps.Copy(after, before)
	for _, name := range unset {
		delete(after, name)
	}
	maps.Copy(after, set)
	return after
}
