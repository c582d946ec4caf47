package appplatform

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// goneWithin is how long an app may take to be removed.
const goneWithin = 5 * time.Minute

// Destroy removes the app, its databases, its images in the registry, and those of the
// Docker engine here. The registry stays: it is the account's, and the last line says what
// it costs.
func (p *Provider) Destroy(ctx context.Context, spec providers.Spec, report func(line string)) error {
	if err := p.destroyApp(ctx, spec, report); err != nil {
		return err
	}
	if err := p.destroyDatabases(ctx, spec, report); err != nil {
		return err
	}
	if err := p.destroyImages(ctx, spec, report); err != nil {
		return err
	}
	// An engine that does not run any more has nothing that costs.
	if err := p.images.forget(ctx, spec, report); err != nil && ctx.Err() != nil {
		return err
	}
	return nil
}

func (p *Provider) destroyApp(ctx context.Context, spec providers.Spec, report func(line string)) error {
	app, err := p.app(ctx, spec)
	if err != nil || app == nil {
		return err
	}
	if err := p.removeRecords(ctx, app, report); err != nil {
		return err
	}
	_, err = p.api.Apps.Delete(ctx, app.ID)
	if err = p.api.Plain(err); err != nil && !rest.IsNotFound(err) && !rest.IsUncertain(err) {
		return p.failed("remove the app "+app.Spec.Name, err)
	}
	asked := err
	w := rest.Wait{What: "the app " + app.Spec.Name + " to be removed", Within: goneWithin, Report: report,
		Next: "run the same command again, or: doctl apps delete " + app.ID}
	err = p.api.Pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		now, err := p.appByID(ctx, app.ID)
		if err == nil && now != nil && rest.IsUncertain(asked) {
			err = p.failed("remove the app "+app.Spec.Name, asked)
		}
		return now == nil, "it still exists", err
	})
	if err != nil {
		return err
	}
	p.made = ""
	report("removed the app " + app.Spec.Name)
	return nil
}

// destroyImages removes the deployment's images from the registry.
func (p *Provider) destroyImages(ctx context.Context, spec providers.Spec, report func(line string)) error {
	registry, all, err := p.manifests(ctx, spec)
	if err != nil || len(all) == 0 {
		return err
	}
	repository := AppName(spec.Name, spec.Tag)
	for _, m := range all {
		_, err := p.api.Registry.DeleteManifest(ctx, registry, repository, m.Digest)
		if err = p.api.Plain(err); err != nil && !rest.IsNotFound(err) {
			return p.failed("remove an image of "+repository+" from the registry", err)
		}
	}
	report(fmt.Sprintf("removed the images of %s from the registry %s", repository, registry))
	if subscription, err := account.Whole(p.api.Registry.GetSubscription(ctx)); err == nil && subscription.Tier != nil {
		price := "which is free"
		if c := subscription.Tier.MonthlyPriceInCents; c > 0 {
			price = "for " + providers.AMonth(dollars(c))
		}
		report(fmt.Sprintf("the registry %s stays, tier %s, %s; without images of others it can go with: doctl registry delete", registry, subscription.Tier.Slug, price))
	} else if ctx.Err() != nil {
		return errors.Join(ctx.Err(), err)
	}
	return nil
}
