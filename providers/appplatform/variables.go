package appplatform

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/digitalocean/godo"

	"slipway/providers"
)

var _ providers.VariableKeeper = (*Provider)(nil)

// Variables lists the names of the app's own variables, sorted: not those that lead to its
// databases, nor Slipway's.
func (p *Provider) Variables(ctx context.Context, spec providers.Spec) ([]string, error) {
	app, err := p.serving(ctx, spec)
	if err != nil {
		return nil, err
	}
	values, _ := secretsOf(base(app))
	return slices.Sorted(maps.Keys(values)), nil
}

// SetVariables changes the app's own variables, for which App Platform starts the release
// again beside the one that runs. If it does not get healthy, that one goes on with the
// variables that it has.
func (p *Provider) SetVariables(ctx context.Context, spec providers.Spec, set map[string]string, unset []string, report func(line string)) (changed bool, err error) {
	app, err := p.serving(ctx, spec)
	if err != nil {
		return false, err
	}
	if app, err = p.unpin(ctx, spec, app, report); err != nil {
		return false, err
	}
	if app == nil || app.ActiveDeployment == nil {
		return false, providers.ErrNoApp
	}
	if variableOf(base(app), firstVariable) != "" {
		return false, &providers.Failed{Err: errors.New("the first deployment of the app is not finished: the next one would make its database again"), Next: "run the command that deploys it"}
	}
	values, digests := secretsOf(base(app))
	names := changeSecrets(spec.Tag, values, digests, set, unset)
	if len(names) == 0 {
		return false, nil
	}
	wanted, err := withSecrets(base(app), values, digests)
	if err != nil {
		return false, err
	}
	report("starting the release beside itself with other variables: " + strings.Join(names, ", "))
	if err := p.deploy(ctx, app, wanted, report); err != nil {
		return true, fmt.Errorf("the app keeps the variables that it had: %w", err)
	}
	return true, nil
}

// withSecrets is a spec with other variables of the app's own. One that took the place of
// what leads to a database gives it back when it goes.
func withSecrets(spec *godo.AppSpec, values, digests map[string]string) (*godo.AppSpec, error) {
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, fmt.Errorf("copy the app's spec: %w", err)
	}
	var wanted godo.AppSpec
	if err := json.Unmarshal(text, &wanted); err != nil {
		return nil, fmt.Errorf("copy the app's spec: %w", err)
	}
	wanted.Envs = slices.DeleteFunc(wanted.Envs, func(v *godo.AppVariableDefinition) bool {
		_, given := values[v.Key]
		return given || v.Type == godo.AppVariableType_Secret || v.Key == digestsVariable
	})
	add := func(name, value string, kind godo.AppVariableType) {
		there := slices.ContainsFunc(wanted.Envs, func(v *godo.AppVariableDefinition) bool { return v.Key == name })
		if !there {
			wanted.Envs = append(wanted.Envs, &godo.AppVariableDefinition{Key: name, Value: value, Scope: godo.AppVariableScope_RunTime, Type: kind})
		}
	}
	for name, value := range values {
		add(name, value, godo.AppVariableType_Secret)
	}
	if len(digests) > 0 {
		add(digestsVariable, shownDigests(digests), godo.AppVariableType_General)
	}
	var databases []DatabaseBinding
	for _, d := range spec.Databases {
		databases = append(databases, DatabaseBinding{Kind: d.Name})
	}
	for name, value := range connections(databases, nil) {
		add(name, value, godo.AppVariableType_General)
	}
	slices.SortFunc(wanted.Envs, func(a, b *godo.AppVariableDefinition) int { return cmp.Compare(a.Key, b.Key) })
	return &wanted, nil
}
