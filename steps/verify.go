package steps

import (
	"context"
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

// verify is that the release answers, as the world sees it: over HTTPS once
// there is a certificate, whose chain must then be one that this computer trusts.
type verify struct{}

func (verify) Name() string { return "verify" }

func (verify) Title() string { return "the app answers from outside" }

func (verify) Phase() providers.Phase { return providers.PhaseOther }

func (verify) Look(ctx context.Context, run *engine.Run) (providers.Finding, error) {
	url, address := site(run)
	if !run.Connected() || run.OnlyLooks() && address == "" {
		return providers.Finding{Changes: []providers.Change{{What: "ask for " + run.Plan.Health().Path + " from here"}}}, nil
	}
	status, err := web.CheckSite(ctx, url, address, run.Plan.Release, run.Plan.Health())
	if err != nil {
		return providers.Finding{Changes: []providers.Change{{What: "wait until the release answers", Why: err.Error()}}}, ctx.Err()
	}
	return providers.Finding{Holds: true, Detail: fmt.Sprintf("%s answers with status %d", url, status), Notes: seenCertificate(run).Notes(run.Plan)}, nil
}

// Apply only waits: everything that makes the app answer was done before.
func (verify) Apply(ctx context.Context, run *engine.Run) error {
	url, address := site(run)
	attempt := func() (int, error) { return web.CheckSite(ctx, url, address, run.Plan.Release, run.Plan.Health()) }
	_, err := backoff.Retry(ctx, attempt, backoff.WithBackOff(backoff.NewConstantBackOff(200*time.Millisecond)),
		backoff.WithMaxElapsedTime(verifyLimit))
	if err != nil && ctx.Err() == nil {
		return &providers.Failed{Err: fmt.Errorf("%s did not answer from here within %s: %w", url, verifyLimit, err),
			Next: "see what stands between this computer and the server, then run the same command again"}
	}
	return err
}

// site is the URL that the app answers at and the address of its server, as far
// as was seen.
func site(r *engine.Run) (url, address string) {
	address = r.Record().Server.Address
	if names := r.Plan.Domains(); seenCertificate(r).Covers(names) {
		return "https://" + names[0], address
	}
	return plan.WebURL(address), address
}

// seenCertificate is the one that was last seen on the server.
func seenCertificate(r *engine.Run) web.Certificate {
	return web.ReadCertificate(r.Looked(web.Certify))
}
