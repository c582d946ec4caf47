package steps

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"

	"slipway/providers"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/web"
)

// verifyLimit is how long the release may take to answer from outside.
const verifyLimit = 60 * time.Second

// verify is the step that checks that the release answers a visitor: over HTTPS once there is a
// certificate, which this computer must trust as a browser would.
type verify struct{}

func (verify) Name() string { return "verify" }

func (verify) Title() string { return "the app answers from outside" }

func (verify) Phase() providers.Phase { return providers.PhaseOther }

func (verify) Look(ctx context.Context, run *engine.Run) (providers.Finding, error) {
	where, err := siteOf(ctx, run)
	if err != nil {
		return providers.Finding{}, err
	}
	if where.url == "" || where.address != "" && !run.Connected() {
		return providers.Finding{Changes: []providers.Change{{What: "ask for " + run.Plan.Health().Path + " from here"}}}, nil
	}
	status, err := where.check(ctx, run.Plan)
	if err != nil {
		return providers.Finding{Changes: []providers.Change{{What: "wait until the release answers", Why: err.Error()}}}, ctx.Err()
	}
	return providers.Finding{Holds: true, Detail: fmt.Sprintf("%s answers with status %d", where.url, status), Notes: seenCertificate(run).Notes(run.Plan)}, nil
}

// Apply only waits: everything that makes the app answer was done before.
func (verify) Apply(ctx context.Context, run *engine.Run) error {
	where, err := siteOf(ctx, run)
	if err != nil {
		return err
	}
	attempt := func() (int, error) { return where.check(ctx, run.Plan) }
	_, err = backoff.Retry(ctx, attempt, backoff.WithBackOff(backoff.NewConstantBackOff(200*time.Millisecond)),
		backoff.WithMaxElapsedTime(verifyLimit))
	if err != nil && ctx.Err() == nil {
		return &providers.Failed{Err: fmt.Errorf("%s did not answer from here within %s: %w", where.url, verifyLimit, err),
			Next: "find out what stands between this computer and the app, then run the same command again"}
	}
	return err
}

// site is where the app answers, as far as that is known.
type site struct {
	// url is empty if it is not known yet.
	url string
	// address is the server's; empty for an app without a server.
	address string
}

// siteOf asks a platform where the app answers; a server was looked at already.
func siteOf(ctx context.Context, r *engine.Run) (site, error) {
	if platform, ok := r.Provider().(providers.Platform); ok {
		url, err := platform.URL(ctx, r.Spec())
		if errors.Is(err, providers.ErrNoApp) {
			return site{}, nil
		}
		return site{url: url}, err
	}
	address := r.Record().Server.Address
	if address == "" {
		return site{}, nil
	}
	if names := r.Plan.Domains(); seenCertificate(r).Covers(names) {
		return site{url: "https://" + names[0], address: address}, nil
	}
	return site{url: plan.WebURL(address), address: address}, nil
}

// siteOnRecord is where the app answered last.
func siteOnRecord(url, address string) site {
	if address == "" {
		return site{url: url}
	}
	return site{url: cmp.Or(url, plan.WebURL(address)), address: address}
}

// check asks for what a healthy release answers and returns that answer's status.
// On a server it must be the plan's release; a platform vouches for that itself.
func (s site) check(ctx context.Context, p plan.Plan) (int, error) {
	if s.address == "" {
		return web.CheckHealth(ctx, s.url, p.Health())
	}
	return web.CheckSite(ctx, s.url, s.address, p.Release, p.Health())
}

// seenCertificate is the one that was last seen on the server.
func seenCertificate(r *engine.Run) web.Certificate {
	return web.ReadCertificate(r.Looked(web.Certify))
}
