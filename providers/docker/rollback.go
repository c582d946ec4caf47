package docker

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway/providers"
)

// Releases lists those whose image is in the engine and that took the traffic, the one
// that took it last first.
func (p *Provider) Releases(ctx context.Context, spec providers.Spec) ([]providers.Release, error) {
	d, err := p.open(spec)
	if err != nil {
		return nil, err
	}
	return d.releases(ctx)
}

func (d deployment) releases(ctx context.Context) ([]providers.Release, error) {
	served, err := d.served(ctx)
	if err != nil {
		return nil, err
	}
	web, serving, err := d.serving(ctx)
	if err != nil {
		return nil, err
	}
	first := map[string]time.Time{}
	for _, r := range slices.Backward(served) {
		first[r.Name] = r.Served
	}
	var all []providers.Release
	known := map[string]bool{}
	for _, r := range slices.Backward(served) {
		if known[r.Name] {
			continue
		}
		known[r.Name], r.Served = true, first[r.Name]
		if _, kept, err := d.keptImage(ctx, r.Name); err != nil {
			return nil, err
		} else if !kept {
			continue
		}
		r.Current = serving && web.Config.Labels[labelRelease] == r.Name
		all = append(all, r)
	}
	return all, nil
}

// RollBack starts an earlier release beside the current one, as it ran, with the
// variables of the current one; it takes over if it is healthy.
func (p *Provider) RollBack(ctx context.Context, spec providers.Spec, to string, report func(line string)) error {
	d, err := p.open(spec)
	if err != nil {
		return err
	}
	r, found, err := d.current(ctx)
	if err != nil {
		return err
	}
	if !found {
		return providers.ErrNoApp
	}
	kept, err := d.releases(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, k := range kept {
		names = append(names, k.Name)
	}
	if !slices.Contains(names, to) {
		return &providers.Usage{
			Err:  fmt.Errorf("release %s is not in the engine, or never took the traffic", to),
			Next: "name one of these: " + strings.Join(names, ", "),
		}
	}
	if r.name == to {
		report("release " + to + " has the traffic already")
		return nil
	}
	settings, _, err := d.keptImage(ctx, to)
	if err != nil {
		return err
	}
	earlier := release{name: to, settings: settings, variables: r.variables}
	if earlier.connections, err = d.connections(ctx, settings); err != nil {
		return err
	}
	return d.takeOver(ctx, earlier, report)
}
