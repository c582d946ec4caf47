package appplatform

import (
	"context"
	"slices"

	"slipway/providers"
	"slipway/providers/rest"
)

// prune removes the images of releases to which App Platform can't go back any more. What
// that frees is counted by DigitalOcean once the registry's garbage collection has run,
// which is the account's to start: nobody can push meanwhile.
func (p *Provider) prune(ctx context.Context, spec providers.Spec) error {
	app, err := p.serving(ctx, spec)
	if err != nil {
		return err
	}
	all, err := p.deployments(ctx, app.ID)
	if err != nil {
		return err
	}
	var wanted []string
	for _, k := range keptReleases(app, all) {
		wanted = append(wanted, k.Name)
	}
	registry, manifests, err := p.manifests(ctx, spec)
	if err != nil {
		return err
	}
	for _, m := range manifests {
		if slices.ContainsFunc(m.Tags, func(tag string) bool { return slices.Contains(wanted, tag) }) {
			continue
		}
		_, err := p.api.Registry.DeleteManifest(ctx, registry, AppName(spec.Name, spec.Tag), m.Digest)
		if err = p.api.Plain(err); err != nil && !rest.IsNotFound(err) {
			return p.failed("remove the image of a release that is too old from the registry", err)
		}
	}
	return nil
}
