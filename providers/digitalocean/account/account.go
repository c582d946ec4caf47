// Package account is the way to a DigitalOcean account through its API, for all that
// is made there: the token, which is sent to the API's own address only and is in no
// error, log or String; errors that say what to do next; lists with all their pages.
//
// A call that creates something is sent once. Calls that only read, or that end the
// same however often they are sent, are repeated.
package account

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/rest"
)

const realAPI = "https://api.digitalocean.com"

// Options are what an account is opened with.
type Options struct {
	// Token is the operator's API token. It is in no error, log or String.
	Token string
	// APIURL is where the API answers; empty is the real one. It is https, or
	// http on this computer's loopback addresses, and has no path.
	APIURL string
	// Patience is how long look-ups may lag behind a create; 0 is 90 seconds.
	Patience time.Duration
	// PollEvery is the pause between two looks while waiting; 0 is 3 seconds.
	PollEvery time.Duration
	// Clock is the clock by which is waited; nil is the computer's.
	Clock rest.Clock
}

// String leaves the token out.
func (o Options) String() string { return "a DigitalOcean account at " + cmp.Or(o.APIURL, realAPI) }

// GoString leaves the token out.
func (o Options) GoString() string { return o.String() }

// LogValue leaves the token out.
func (o Options) LogValue() slog.Value { return slog.StringValue(o.String()) }

// MarshalText leaves the token out.
func (o Options) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// Account is an account at DigitalOcean.
type Account struct {
	*godo.Client
	// Pace is how often and how long is looked for what was asked for.
	Pace  rest.Pace
	token rest.Secret
}

// Open prepares the way to an account; it does not call the API. A missing token is a
// *providers.Refused, a URL that can't be used a *providers.Usage.
func Open(o Options) (*Account, error) {
	token := strings.TrimSpace(o.Token)
	if token == "" {
		return nil, &providers.Refused{
			Err:  errors.New("there is no DigitalOcean token"),
			Next: "make one at " + AccessPage + " and set DIGITALOCEAN_ACCESS_TOKEN or DIGITALOCEAN_TOKEN",
		}
	}
	base, err := rest.CheckedURL(cmp.Or(o.APIURL, realAPI), "the DigitalOcean API")
	if err != nil {
		return nil, &providers.Usage{Err: err, Next: "set DIGITALOCEAN_API_URL to an address like " + realAPI + ", or unset it"}
	}
	if o.Clock == nil {
		o.Clock = rest.WallClock{}
	}
	a := &Account{token: rest.NewSecret(token),
		Pace: rest.Pace{Clock: o.Clock, Every: cmp.Or(o.PollEvery, 3*time.Second), Patience: cmp.Or(o.Patience, 90*time.Second)}}
	client := &http.Client{
		Transport: rest.NewTransport(a.token, o.Clock, rest.Options{}),
		// A redirect would carry the token to another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	// godo's own retries would send a create again: they stay off.
	a.Client, err = godo.New(client, godo.SetBaseURL(base+"/"), godo.SetUserAgent("slipway"))
	if err != nil {
		return nil, fmt.Errorf("prepare the DigitalOcean client: %w", err)
	}
	return a, nil
}

// String leaves the token out.
func (a *Account) String() string { return "the DigitalOcean account at " + a.BaseURL.Host }

// GoString leaves the token out.
func (a *Account) GoString() string { return a.String() }

// LogValue leaves the token out.
func (a *Account) LogValue() slog.Value { return slog.StringValue(a.String()) }
