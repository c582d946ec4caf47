package appplatform

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// kindRepository is the kind of the app's place in the registry.
const kindRepository = "repository"

// Holdings lists the app with the price of its instances, its databases, and its images in
// the registry: what Destroy would remove. The registry itself is the account's.
func (p *Provider) Holdings(ctx context.Context, spec providers.Spec) ([]providers.Holding, error) {
	app, err := p.app(ctx, spec)
	if err != nil {
		return nil, err
	}
	var all []providers.Holding
	if app != nil {
		sale, err := p.Catalog(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, held(app, sale))
	}
	databases, err := p.databaseHoldings(ctx, spec)
	if err != nil {
		return nil, err
	}
	all = append(all, databases...)
	registry, manifests, err := p.manifests(ctx, spec)
	if err != nil {
		return nil, err
	}
	if len(manifests) > 0 {
		all = append(all, providers.Holding{Kind: kindRepository, ID: registry + "/" + AppName(spec.Name, spec.Tag), Detail: fmt.Sprintf("images: %d", len(manifests))})
	}
	return all, nil
}

// held is an app as a holding.
func held(app *godo.App, sale Catalog) providers.Holding {
	spec := base(app)
	var words []string
	for _, r := range runs(spec) {
		words = append(words, fmt.Sprintf("%d %s for %s", r.count, r.size, r.component))
	}
	h := providers.Holding{Kind: kindApp, ID: app.Spec.Name, Detail: fmt.Sprintf("%s in %s", strings.Join(words, ", "), app.Spec.Region)}
	if at := liveURL(app); at != "" {
		h.Detail += ", " + at
	}
	h.Monthly, _ = sale.price(spec)
	return h
}

// manifests are the images of the deployment in the account's registry, whose name comes
// with them.
func (p *Provider) manifests(ctx context.Context, spec providers.Spec) (registry string, all []*godo.RepositoryManifest, err error) {
	if err := checkTag(spec.Tag); err != nil {
		return "", nil, err
	}
	found, err := p.registry(ctx)
	if err != nil || found == nil {
		return "", nil, err
	}
	repository := AppName(spec.Name, spec.Tag)
	names, err := p.repositories(ctx, found.Name)
	if err != nil || !slices.Contains(names, repository) {
		return found.Name, nil, err
	}
	all, err = account.EveryPage(ctx, p.api, "list the app's images", func(ctx context.Context, number int) ([]*godo.RepositoryManifest, *godo.Response, error) {
		some, response, err := p.api.Registry.ListRepositoryManifests(ctx, found.Name, repository, account.FullPage(number))
		if rest.IsNotFound(p.api.Plain(err)) {
			return nil, response, nil
		}
		return some, response, err
	})
	return found.Name, all, err
}
