package digitalocean

import (
	"context"
	"slices"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
)

// returnedIP gives the reserved IP back that the deployment asked for. It comes after
// the DNS records, which then point at the droplet's own address. An address that
// somebody else gave the droplet stays.
type returnedIP struct {
	p    *Provider
	spec providers.Spec
	// given is true once this value gave it back.
	given bool
}

func (r *returnedIP) Kind() string           { return reservedIPKind }
func (r *returnedIP) Title() string          { return "no reserved IP address" }
func (r *returnedIP) Phase() providers.Phase { return providers.PhaseOther }

// Look finds the deployment's reserved IP. With asked it looks for as long as look-ups
// may lag behind: an earlier run may have asked for one.
func (r *returnedIP) Look(ctx context.Context, asked time.Time) (providers.Finding, error) {
	own, err := r.own(ctx)
	if err == nil && len(own) == 0 && !asked.IsZero() && !r.given {
		_, err = r.p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
			own, err = r.own(ctx)
			return len(own) > 0, err
		})
	}
	if err != nil || len(own) == 0 {
		return providers.Finding{Holds: err == nil, Detail: "none"}, err
	}
	var changes []providers.Change
	for _, held := range own {
		changes = append(changes, providers.Change{
			What: "give the reserved IP " + held.IP + " back", Why: "what still leads to it does not find the server any more",
		})
	}
	return providers.Finding{ID: own[0].IP, Changes: changes}, nil
}

// Make gives it back. To do it twice is the same as once.
func (r *returnedIP) Make(ctx context.Context, report func(string)) error {
	own, err := r.own(ctx)
	if err != nil {
		return err
	}
	for _, held := range own {
		if err := r.p.release(ctx, held.IP); err != nil {
			return err
		}
		report("released the reserved IP " + held.IP)
	}
	r.given = true
	return nil
}

// own are the reserved IPs of the droplet that the deployment asked for.
func (r *returnedIP) own(ctx context.Context) ([]godo.ReservedIP, error) {
	d, err := r.p.firstDroplet(ctx, r.spec)
	if err != nil || d == nil {
		return nil, err
	}
	held, err := r.p.reservedIPs(ctx, d.ID)
	return slices.DeleteFunc(held, func(ip godo.ReservedIP) bool { return !ownsReserved(r.spec, ip.IP) }), err
}

// ownsReserved tells whether a reserved IP of the droplet's is one that the deployment
// asked for: it is on record, or an earlier run was about to ask for one.
func ownsReserved(spec providers.Spec, ip string) bool {
	if known := spec.Known[reservedIPKind]; known != "" {
		return known == ip
	}
	return !spec.Asked[reservedIPKind].IsZero()
}
