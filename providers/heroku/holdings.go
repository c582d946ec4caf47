package heroku

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	api "github.com/heroku/heroku-go/v6"

	"slipway/providers"
)

// Holdings lists the app, its dynos and its add-ons, with their prices a month: what
// Destroy would remove.
func (p *Provider) Holdings(ctx context.Context, spec providers.Spec) ([]providers.Holding, error) {
	app, err := p.app(ctx, spec, time.Time{})
	if err != nil || app == nil {
		return nil, err
	}
	sale, err := p.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	formation, err := p.formation(ctx, app)
	if err != nil {
		return nil, err
	}
	all := []providers.Holding{{Kind: kindApp, ID: app.ID, Detail: fmt.Sprintf("%s in %s, %s", app.Name, app.Region.Name, webURL(app))}}
	for _, process := range slices.Sorted(maps.Keys(formation)) {
		f := formation[process]
		if f.Quantity == 0 {
			continue
		}
		size, err := sale.size(sizeOf(f))
		if err != nil { // it is not on sale any more
			size = Size{Name: strings.ToLower(sizeOf(f))}
		}
		all = append(all, providers.Holding{Kind: "dynos", ID: app.Name + "/" + process, Monthly: providers.Rounded(float64(f.Quantity)*size.Monthly, 2),
			Detail: fmt.Sprintf("%d %s for %s", f.Quantity, size.Name, process)})
	}
	addOns, err := p.addOns(ctx, app)
	for _, a := range addOns {
		all = append(all, providers.Holding{Kind: "add-on", ID: a.Name, Detail: a.Plan.Name, Monthly: billed(a)})
	}
	return all, err
}

func billed(a api.AddOn) float64 {
	if a.BilledPrice == nil {
		return 0
	}
	return price{Cents: a.BilledPrice.Cents, Unit: a.BilledPrice.Unit}.monthly()
}
