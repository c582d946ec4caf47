package appplatform

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/docker"
	"slipway/providers/rest"
)

// Options are what a Provider is made with.
type Options struct {
	// Options are how the account is reached; printed, they leave the token out.
	account.Options
	// RegistryURL is where the container registry answers; empty is what the API says. It
	// is as APIURL is.
	RegistryURL string
	// Docker names the engine that builds the app's image.
	Docker docker.Options
	// Domains are the names under which visitors are to reach the app, the first one
	// before all.
	Domains []string
	// DeployWithin is how long a deployment may take; 0 is 30 minutes.
	DeployWithin time.Duration
}

// Provider deploys to one DigitalOcean account. It implements [providers.Platform] and
// what a platform can do besides.
type Provider struct {
	options Options
	api     *account.Account
	images  imageMaker
	// made is the identifier of the app that this value made or found to be the
	// deployment's.
	made string
	// catalog is the answer to the first call of Catalog.
	catalog *Catalog
}

var (
	_ providers.Releaser   = (*Provider)(nil)
	_ providers.Namesaker  = (*Provider)(nil)
	_ providers.DataTeller = (*Provider)(nil)
	_ providers.Sharer     = (*Provider)(nil)

	_ providers.DomainTeller = (*Provider)(nil)
	_ providers.DomainLeaver = (*Provider)(nil)
)

// New prepares a provider; it does not call the API. A missing token is a
// *providers.Refused, a URL that can't be used a *providers.Usage.
func New(o Options) (*Provider, error) {
	a, err := account.Open(o.Options)
	if err != nil {
		return nil, err
	}
	if o.RegistryURL != "" {
		if o.RegistryURL, err = rest.CheckedURL(o.RegistryURL, "the container registry"); err != nil {
			return nil, &providers.Usage{Err: err, Next: "set DIGITALOCEAN_REGISTRY_URL to an address like https://registry.digitalocean.com, or unset it"}
		}
	}
	o.Token = "" // only the account has it from here on
	o.DeployWithin = cmp.Or(o.DeployWithin, 30*time.Minute)
	for i, name := range o.Domains {
		o.Domains[i] = strings.ToLower(strings.TrimSuffix(name, "."))
	}
	return &Provider{options: o, api: a, images: engine{docker.New(o.Docker)}}, nil
}

// Name is what --provider calls it: "app-platform".
func (p *Provider) Name() string { return "app-platform" }

// String leaves the token out.
func (p *Provider) String() string { return "app-platform at " + p.api.BaseURL.Host }

// GoString leaves the token out.
func (p *Provider) GoString() string { return p.String() }

// LogValue leaves the token out.
func (p *Provider) LogValue() slog.Value { return slog.StringValue(p.String()) }

// Takes tells that it takes the context of an image's build.
func (p *Provider) Takes() providers.Form { return providers.AsImage }

// Resources is the account's container registry: the app comes with its first release.
func (p *Provider) Resources(spec providers.Spec) []providers.Resource {
	return []providers.Resource{&registryResource{p: p, spec: spec}}
}

// Deliveries are the app's databases, its image, the app itself and the DNS records of its
// domains: an app is nothing without an image, its release may need a database when it
// starts, and a domain leads to it only once it answers there.
func (p *Provider) Deliveries(spec providers.Spec, app providers.App) []providers.Resource {
	all := append(p.databaseDeliveries(spec, app),
		&imageDelivery{p: p, spec: spec, app: app}, &appDelivery{p: p, spec: spec, app: app})
	for _, domain := range p.options.Domains {
		all = append(all, &recordsDelivery{p: p, spec: spec, domain: domain})
	}
	return all
}

// URL is the app's web address, without a slash at its end.
func (p *Provider) URL(ctx context.Context, spec providers.Spec) (string, error) {
	app, err := p.serving(ctx, spec)
	if err != nil {
		return "", err
	}
	return addressOf(app)
}

// addressOf is the web address of an app that has one: https, or loopback's.
func addressOf(app *godo.App) (string, error) {
	at := liveURL(app)
	if at == "" {
		return "", providers.ErrNoApp
	}
	if u, err := url.Parse(at); err != nil || u.Host == "" || !rest.Private(u) {
		return "", &providers.Failed{Err: fmt.Errorf("the address of the app that App Platform names is not https: %q", rest.Shortened(at)), Next: again}
	}
	return at, nil
}

// liveURL is where an app answers: at its first domain as soon as that leads to it.
func liveURL(app *godo.App) string {
	at := cmp.Or(app.LiveURL, app.DefaultIngress)
	for _, d := range app.Domains {
		if d.Spec != nil && d.Spec.Domain == hostOf(at) && d.Phase != godo.AppJobSpecKindPHASE_Active {
			at = app.DefaultIngress
		}
	}
	return strings.TrimSuffix(at, "/")
}

// hostOf is the host of a URL.
func hostOf(at string) string {
	u, err := url.Parse(at)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
