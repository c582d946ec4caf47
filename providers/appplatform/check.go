package appplatform

import (
	"context"

	"slipway/providers"
)

// Check asks whether the account and the Docker engine here would do what spec asks for:
// the account's standing, region and size, whose the app's name is, and an engine that can
// build. It only reads.
func (p *Provider) Check(ctx context.Context, spec providers.Spec) error {
	if err := checkTag(spec.Tag); err != nil {
		return err
	}
	if spec.Image != "" {
		return &providers.Usage{Err: errNoImage(spec.Image), Next: "leave --image out; python in slipway.toml chooses the version of Python"}
	}
	if _, _, err := p.api.Standing(ctx); err != nil {
		return err
	}
	sale, err := p.Catalog(ctx)
	if err != nil {
		return err
	}
	if _, err := sale.region(spec); err != nil {
		return err
	}
	if _, err := sale.sizeFor(spec.Size, providers.App{}); err != nil {
		return err
	}
	if _, err := p.app(ctx, spec); err != nil {
		return err
	}
	return p.images.check(ctx, spec)
}
