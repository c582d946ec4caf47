package appplatform

import (
	"context"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// Shared is the account's container registry with the price of its tier: other apps may
// have their images there too. See [providers.Sharer].
func (p *Provider) Shared(ctx context.Context, _ providers.Spec) ([]providers.Holding, error) {
	found, err := p.registry(ctx)
	if err != nil || found == nil {
		return nil, err
	}
	subscription, err := account.Whole(p.api.Registry.GetSubscription(ctx))
	if err = p.api.Plain(err); rest.IsNotFound(err) || err == nil && subscription.Tier == nil {
		return nil, nil
	}
	if err != nil {
		return nil, p.failed("ask for the tier of the container registry", err)
	}
	return []providers.Holding{{Kind: "registry", ID: found.Name, Detail: "tier " + subscription.Tier.Slug + ", paid once for all images of the account",
		Monthly: dollars(subscription.Tier.MonthlyPriceInCents)}}, nil
}
