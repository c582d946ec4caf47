// Package heroku is the platform of apps on Heroku: it makes an app, gives it
// variables and databases, has Heroku build the source, and runs as many dynos as are
// wanted.
//
// A deployment never has two apps, and none that nobody knows of. Names are global at
// Heroku: the app's name is made of the deployment's name and of its tag, and a
// variable of the app, [TagVariable], has the whole tag, which proves whose it is. A
// create call is sent once; if its answer is lost, the provider looks for what the
// call made.
//
// Heroku starts a new release in place of the one before, not beside it. So a release
// that does not come up is followed at once by the one before it, with its variables.
//
// The token is sent to the API's own address only, and is in no error, log or String.
// So are the values of variables.
package heroku

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	api "github.com/heroku/heroku-go/v6"

	"slipway/providers"
	"slipway/providers/rest"
)

// Options are what a Provider is made with.
type Options struct {
	// Token is the operator's, as [Token] finds it. It is in no error, log or String.
	Token string
	// APIURL is where the API answers; empty is the real one. It is https, or
	// http on this computer's loopback addresses, and has no path.
	APIURL string
	// Team is the name of the team that owns the app; empty is the account itself.
	Team string
	// Patience is how long look-ups may lag behind a create; 0 is 5 seconds.
	Patience time.Duration
	// PollEvery is the pause between two looks while waiting; 0 is 1 second.
	PollEvery time.Duration
	// BuildWithin is how long a build or a release phase may take; 0 is 30 minutes.
	BuildWithin time.Duration
	// BootWithin is how long a release's dynos may take until they run, longer than the
	// minute that Heroku gives a web process; 0 is 3 minutes.
	BootWithin time.Duration
	// Roots are whose certificates a one-off dyno's connection may show; nil is the computer's.
	Roots *x509.CertPool
	// Clock is the clock by which the provider waits; nil is the computer's.
	Clock rest.Clock
}

// String leaves the token out.
func (o Options) String() string { return "heroku options for " + apiURL(o) }

// GoString leaves the token out.
func (o Options) GoString() string { return o.String() }

// LogValue leaves the token out.
func (o Options) LogValue() slog.Value { return slog.StringValue(o.String()) }

// MarshalText leaves the token out.
func (o Options) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// Provider deploys to one Heroku account or team. It implements [providers.Platform]
// and all that a platform can do besides.
type Provider struct {
	options Options
	api     *api.Service
	// client sends the token, and only to the API; open sends none.
	client, open *http.Client
	pace         rest.Pace
	token        rest.Secret
	// made is the identifier of an app that this value made or found to be the
	// deployment's.
	made string
	// account is who the token belongs to, once it was asked for.
	account *api.Account
	// catalog is the answer to the first call of Catalog.
	catalog *Catalog
}

var (
	_ providers.Releaser       = (*Provider)(nil)
	_ providers.Logger         = (*Provider)(nil)
	_ providers.Runner         = (*Provider)(nil)
	_ providers.VariableKeeper = (*Provider)(nil)
)

// New prepares a provider; it does not call the API. A missing token is a
// *providers.Refused, a URL that can't be used a *providers.Usage.
func New(o Options) (*Provider, error) {
	o.Token = strings.TrimSpace(o.Token)
	if o.Token == "" {
		return nil, &providers.Refused{Err: errNoToken, Next: logIn}
	}
	base, err := rest.CheckedURL(apiURL(o), "Heroku's API")
	if err != nil {
		return nil, &providers.Usage{Err: err, Next: "set HEROKU_API_URL to an address like " + api.DefaultURL + ", or unset it"}
	}
	withDefaults(&o)
	p := &Provider{options: o, token: rest.NewSecret(o.Token), open: &http.Client{Transport: rest.NewBase()},
		pace: rest.Pace{Clock: o.Clock, Every: o.PollEvery, Patience: o.Patience}}
	p.options.Token = "" // only p.token has it from here on
	p.client = &http.Client{
		Transport: answers{base: rest.NewTransport(p.token, o.Clock, rest.Options{
			Header:       http.Header{"Accept": {"application/vnd.heroku+json; version=3"}, "User-Agent": {"slipway"}},
			RefusedAgain: true,
		}), token: p.token},
		// A redirect would carry the token to another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	p.api = api.NewService(p.client)
	p.api.URL = base
	return p, nil
}

func withDefaults(o *Options) {
	for _, d := range []struct {
		of *time.Duration
		is time.Duration
	}{
		{&o.Patience, 5 * time.Second}, {&o.PollEvery, time.Second},
		{&o.BuildWithin, 30 * time.Minute}, {&o.BootWithin, 3 * time.Minute},
	} {
		if *d.of == 0 {
			*d.of = d.is
		}
	}
	if o.Clock == nil {
		o.Clock = rest.WallClock{}
	}
}

func apiURL(o Options) string {
	if o.APIURL == "" {
		return api.DefaultURL
	}
	return strings.TrimSuffix(o.APIURL, "/")
}

// Name is what --provider calls it: "heroku".
func (p *Provider) Name() string { return "heroku" }

// String leaves the token out.
func (p *Provider) String() string { return "heroku at " + p.api.URL }

// GoString leaves the token out.
func (p *Provider) GoString() string { return p.String() }

// LogValue leaves the token out.
func (p *Provider) LogValue() slog.Value { return slog.StringValue(p.String()) }

// Takes tells that Heroku builds an app from its source.
func (p *Provider) Takes() providers.Form { return providers.AsSource }

// Resources is the app at Heroku, still without a release.
func (p *Provider) Resources(spec providers.Spec) []providers.Resource {
	return []providers.Resource{&appResource{p: p, spec: spec}}
}

// Deliveries are the app's databases, its release with its variables, and its dynos, in
// this order: a release may need a database when it starts, and there are no dynos to
// scale before there is a release.
func (p *Provider) Deliveries(spec providers.Spec, app providers.App) []providers.Resource {
	var all []providers.Resource
	for _, kind := range slices.Sorted(slices.Values(app.Services)) {
		all = append(all, &addOnResource{p: p, spec: spec, kind: kind})
	}
	return append(all, &releaseDelivery{p: p, spec: spec, app: app}, &dynosDelivery{p: p, spec: spec, app: app})
}

// URL is the app's web address, without a slash at its end.
func (p *Provider) URL(ctx context.Context, spec providers.Spec) (string, error) {
	s, err := p.standing(ctx, spec)
	if err != nil {
		return "", err
	}
	if s.current() == nil {
		return "", providers.ErrNoApp
	}
	return webURL(s.app), nil
}

func webURL(app *api.App) string {
	if app.WebURL == nil || *app.WebURL == "" {
		return fmt.Sprintf("https://%s.herokuapp.com", app.Name)
	}
	return strings.TrimSuffix(*app.WebURL, "/")
}
