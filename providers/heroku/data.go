package heroku

import (
	"context"
	"time"

	"slipway/providers"
)

// Data lists the add-ons of the app: what Heroku keeps in them goes with it.
func (p *Provider) Data(ctx context.Context, spec providers.Spec) ([]providers.Datum, error) {
	app, err := p.app(ctx, spec, time.Time{})
	if err != nil || app == nil {
		return nil, err
	}
	addOns, err := p.addOns(ctx, app)
	if err != nil {
		return nil, err
	}
	var all []providers.Datum
	for _, a := range addOns {
		all = append(all, providers.Datum{What: "what is in the add-on " + a.Name, Detail: a.Plan.Name})
	}
	return all, nil
}
