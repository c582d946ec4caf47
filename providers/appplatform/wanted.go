package appplatform

import (
	"context"
	"fmt"
	"slices"

	"github.com/digitalocean/godo"

	"slipway/providers"
)

// base is the spec that the next one is made of: that of what takes the traffic, or, where
// nothing does, the app's. A spec that failed is no base.
func base(app *godo.App) *godo.AppSpec {
	switch {
	case app == nil:
		return nil
	case app.ActiveDeployment != nil && app.ActiveDeployment.Spec != nil:
		return app.ActiveDeployment.Spec
	}
	return app.Spec
}

// wanted is what the spec of a release is made of whose image is in the registry.
func (p *Provider) wanted(ctx context.Context, spec providers.Spec, app providers.App, have *godo.App) (in SpecInput, changed []string, err error) {
	if in, changed, err = p.outline(ctx, spec, app, have); err != nil {
		return SpecInput{}, nil, err
	}
	in.Command, err = p.commandOf(ctx, spec, app.Release)
	return in, changed, err
}

// outline is wanted without what the image says, with the variables that the app has
// already, those that were given now, and without those that go away. changed are the
// names of variables that are others than before.
func (p *Provider) outline(ctx context.Context, spec providers.Spec, app providers.App, have *godo.App) (in SpecInput, changed []string, err error) {
	sale, err := p.Catalog(ctx)
	if err != nil {
		return SpecInput{}, nil, err
	}
	region, err := sale.region(spec)
	if err != nil {
		return SpecInput{}, nil, err
	}
	size, err := sale.sizeFor(spec.Size, app)
	if err != nil {
		return SpecInput{}, nil, err
	}
	name := AppName(spec.Name, spec.Tag)
	in = SpecInput{
		Name: name, Tag: spec.Tag, Region: region.Slug, Size: size.Slug, Repository: name, Release: app.Release, App: app,
		First: have == nil || have.ActiveDeployment == nil, Domains: p.options.Domains,
	}
	if have != nil && have.Spec.Region != "" {
		in.Region = have.Spec.Region // it can't be changed
	}
	if have != nil {
		in.Ingress = hostOf(have.DefaultIngress)
	}
	in.Variables, in.Digests = secretsOf(base(have))
	changed = changeSecrets(spec.Tag, in.Variables, in.Digests, app.Variables, app.Unset)
	if in.Zones, err = p.zones(ctx); err != nil {
		return SpecInput{}, nil, err
	}
	in.Services, err = p.bindings(ctx, spec, app)
	return in, changed, err
}

// commandOf are the words with which the image of a release serves the app.
func (p *Provider) commandOf(ctx context.Context, spec providers.Spec, release string) ([]string, error) {
	s, err := p.store(ctx, spec, false)
	if err != nil {
		return nil, err
	}
	image, err := s.image(release)
	if err != nil {
		return nil, err
	}
	if image == nil {
		return nil, &providers.Failed{Err: fmt.Errorf("the image of release %s is not in the container registry (any more)", release), Next: again}
	}
	words, err := command(image)
	return words, s.failed("read the image of release "+release, err)
}

// zones are the zones of the app's domains that this account's DNS has.
func (p *Provider) zones(ctx context.Context) (map[string]string, error) {
	zones := map[string]string{}
	for _, domain := range p.options.Domains {
		zone, err := p.api.ZoneOf(ctx, domain)
		if err != nil {
			return nil, err
		}
		if zone != "" {
			zones[domain] = zone
		}
	}
	return zones, nil
}

// elsewhere are the domains whose zone is not in this account.
func (in SpecInput) elsewhere() []string {
	return slices.DeleteFunc(slices.Clone(in.Domains), func(name string) bool { return in.Zones[name] != "" })
}
