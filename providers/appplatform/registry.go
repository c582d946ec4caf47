package appplatform

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// tier is a way to pay for the account's container registry.
type tier struct {
	slug string
	// repositories is how many it may hold; 0 is any number.
	repositories int
	monthly      float64
	holds        string
}

// tiers are DigitalOcean's, the cheapest first. The API tells no prices before a registry is
// there; these are those of https://www.digitalocean.com/pricing/container-registry of
// November 2026.
var tiers = []tier{
	{"starter", 1, 0, "one repository, 500 MB"},
	{"basic", 5, 5, "5 repositories, 5 GB"},
	{"professional", 0, 20, "any number of repositories, 100 GB"},
}

// roomy is the cheapest tier that may hold so many repositories.
func roomy(repositories int) tier {
	at := slices.IndexFunc(tiers, func(t tier) bool { return t.repositories == 0 || t.repositories >= repositories })
	return tiers[at] // the last one holds any number
}

// registryResource is the account's container registry. It belongs to the account: other
// apps may have their images there, and it stays when the deployment goes.
type registryResource struct {
	p    *Provider
	spec providers.Spec
}

func (r *registryResource) Kind() string           { return "registry" }
func (r *registryResource) Title() string          { return "a registry for the app's images" }
func (r *registryResource) Phase() providers.Phase { return providers.PhaseImage }

// Look finds the registry, and whether its tier has room for the app's repository.
func (r *registryResource) Look(ctx context.Context, asked time.Time) (providers.Finding, error) {
	if err := checkTag(r.spec.Tag); err != nil {
		return providers.Finding{}, err
	}
	found, err := r.p.registry(ctx)
	if err == nil && found == nil && !asked.IsZero() {
		found, err = r.p.registryAwaited(ctx)
	}
	if err != nil {
		return providers.Finding{}, err
	}
	if found == nil {
		t := tiers[0]
		return providers.Finding{Changes: []providers.Change{{
			What:    "create a container registry in the account, tier " + t.slug,
			Why:     fmt.Sprintf("it holds %s, and stays when the app goes", t.holds),
			Monthly: t.monthly,
		}}}, nil
	}
	have, larger, err := r.p.needsTier(ctx, found.Name, AppName(r.spec.Name, r.spec.Tag))
	if err != nil {
		return providers.Finding{}, err
	}
	finding := providers.Finding{ID: found.Name, Detail: fmt.Sprintf("%s, tier %s", found.Name, have.Slug)}
	if larger.slug != "" {
		finding.Changes = []providers.Change{{
			What:    fmt.Sprintf("change the registry %s from tier %s to %s", found.Name, have.Slug, larger.slug),
			Why:     fmt.Sprintf("%s holds %d, and all are taken; %s holds %s", have.Slug, have.IncludedRepositories, larger.slug, larger.holds),
			Was:     have.Slug + ", " + providers.AMonth(dollars(have.MonthlyPriceInCents)),
			Monthly: larger.monthly, Ends: dollars(have.MonthlyPriceInCents),
		}}
		return finding, nil
	}
	finding.Holds = true
	return finding, nil
}

func dollars(cents uint64) float64 { return float64(cents) / 100 }

// Make makes the registry, or gives it a larger tier. An account has one, so what is asked
// for twice is made once.
func (r *registryResource) Make(ctx context.Context, report func(string)) error {
	found, err := r.p.registry(ctx)
	if err != nil {
		return err
	}
	if found == nil {
		if found, err = r.create(ctx); err != nil {
			return err
		}
		report("created the container registry " + found.Name)
	}
	_, larger, err := r.p.needsTier(ctx, found.Name, AppName(r.spec.Name, r.spec.Tag))
	if err != nil || larger.slug == "" {
		return err
	}
	// To ask for a tier that it has is the same as once.
	doing := "change the tier of the container registry to " + larger.slug
	if _, _, err := r.p.api.Registry.UpdateSubscription(ctx, &godo.RegistrySubscriptionUpdateRequest{TierSlug: larger.slug}); err != nil {
		return r.p.failed(doing, err)
	}
	report(fmt.Sprintf("the container registry %s is of the tier %s now", found.Name, larger.slug))
	return nil
}

func (r *registryResource) create(ctx context.Context) (*godo.Registry, error) {
	owner, _, err := r.p.api.Standing(ctx)
	if err != nil {
		return nil, err
	}
	sale, err := r.p.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	at, err := sale.region(r.spec)
	if err != nil {
		return nil, err
	}
	// Names are global. The account's own identifier makes this one nobody else's.
	ask := &godo.RegistryCreateRequest{Name: "slipway-" + digest(owner.UUID, 12), SubscriptionTierSlug: tiers[0].slug, Region: registryRegion(at)}
	made, err := account.Whole(r.p.api.Registry.Create(ctx, ask))
	if err = r.p.api.Plain(err); err == nil {
		return made, nil
	}
	what := "the container registry " + ask.Name
	if ctx.Err() != nil || !rest.IsUncertain(err) && !isTaken(err) {
		return nil, r.p.failed("create "+what, err)
	}
	found, lookErr := r.p.registryAwaited(ctx)
	switch {
	case lookErr != nil || found != nil:
		return found, lookErr
	case isTaken(err):
		return nil, &providers.Refused{Err: fmt.Errorf("the name %s is taken, and the names of registries are global: %w", ask.Name, err),
			Next: "make a registry of another name with doctl registry create NAME, then " + again}
	}
	return nil, rest.NothingMade(what, err)
}

// registryRegions are the data centres that have registries.
var registryRegions = []string{"nyc3", "sfo3", "ams3", "sgp1", "fra1"}

// registryRegion is the registries' data centre of an app's region; "" leaves it to
// DigitalOcean.
func registryRegion(at Region) string {
	for _, name := range at.DataCenters {
		if slices.Contains(registryRegions, name) {
			return name
		}
	}
	return ""
}

// registry is the account's container registry; nil is none.
func (p *Provider) registry(ctx context.Context) (*godo.Registry, error) {
	found, err := account.Whole(p.api.Registry.Get(ctx))
	if err = p.api.Plain(err); rest.IsNotFound(err) {
		return nil, nil
	}
	return found, p.failed("look for the account's container registry", err)
}

// registryAwaited looks for the registry for as long as look-ups may lag behind a create.
func (p *Provider) registryAwaited(ctx context.Context) (*godo.Registry, error) {
	var found *godo.Registry
	_, err := p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		var err error
		found, err = p.registry(ctx)
		return found != nil, err
	})
	return found, err
}

// needsTier is the registry's tier, and the one that it needs so that it may hold a
// repository; that one is empty if there is room.
func (p *Provider) needsTier(ctx context.Context, registry, repository string) (*godo.RegistrySubscriptionTier, tier, error) {
	subscription, err := account.Whole(p.api.Registry.GetSubscription(ctx))
	if err != nil {
		return nil, tier{}, p.failed("ask for the tier of the container registry", err)
	}
	have := subscription.Tier
	if have == nil {
		have = &godo.RegistrySubscriptionTier{Slug: "unknown"}
	}
	if have.IncludedRepositories == 0 {
		return have, tier{}, nil
	}
	all, err := p.repositories(ctx, registry)
	if err != nil {
		return nil, tier{}, err
	}
	if slices.Contains(all, repository) || len(all) < int(have.IncludedRepositories) { //nolint:gosec // some dozens at most
		return have, tier{}, nil
	}
	return have, roomy(len(all) + 1), nil
}

// repositories are the names of a registry's repositories.
func (p *Provider) repositories(ctx context.Context, registry string) ([]string, error) {
	all, err := account.EveryPage(ctx, p.api, "list the repositories of the container registry",
		func(ctx context.Context, number int) ([]*godo.RepositoryV2, *godo.Response, error) {
			return p.api.Registry.ListRepositoriesV2(ctx, registry, &godo.TokenListOptions{Page: number, PerPage: 100})
		})
	if err != nil {
		return nil, err
	}
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = r.Name
	}
	return names, nil
}
