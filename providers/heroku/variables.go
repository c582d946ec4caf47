package heroku

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"slipway/providers"
)

// Variables lists the names of the app's variables, sorted, without Slipway's mark and
// those that belong to add-ons.
func (p *Provider) Variables(ctx context.Context, spec providers.Spec) ([]string, error) {
	s, err := p.standing(ctx, spec)
	if err != nil {
		return nil, err
	}
	vars, err := p.vars(ctx, s.app)
	if err != nil {
		return nil, err
	}
	delete(vars, TagVariable)
	addOns, err := p.addOns(ctx, s.app)
	for _, a := range addOns {
		for _, name := range a.ConfigVars {
			delete(vars, name)
		}
	}
	return slices.Sorted(maps.Keys(vars)), err
}

// SetVariables changes the app's variables, for which Heroku makes a release of its own
// and starts the dynos again. If the app does not come up, they are as before.
func (p *Provider) SetVariables(ctx context.Context, spec providers.Spec, set map[string]string, unset []string, report func(line string)) (changed bool, err error) {
	s, err := p.standing(ctx, spec)
	if err != nil {
		return false, err
	}
	vars, err := p.vars(ctx, s.app)
	if err != nil {
		return false, err
	}
	current := s.current()
	way := retreat{to: current, vars: vars, changed: differing(vars, wantedVars(set, unset))}
	if len(way.changed) == 0 {
		return false, nil
	}
	if err := p.setVars(ctx, s.app, way.changed); err != nil {
		return false, err
	}
	if current == nil {
		return true, nil
	}
	report("starting the dynos again with other variables: " + strings.Join(namesOf(way.changed), ", "))
	all, err := p.releases(ctx, s.app)
	if err != nil {
		return true, err
	}
	if len(all) == 0 {
		return true, errors.New("change the variables: Heroku shows no release of the app any more")
	}
	release, err := p.followRelease(ctx, s.app, all[0].ID, report)
	if err == nil {
		err = p.up(ctx, s.app, release, providers.Health{Path: "/"}, report)
	}
	if err != nil {
		return true, p.goBack(ctx, s.app, way, err, report)
	}
	return true, nil
}
