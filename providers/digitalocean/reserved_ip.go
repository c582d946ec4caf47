package digitalocean

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// idleReservedIPMonthly is the price in US dollars a month of a reserved IP that no
// droplet has; an assigned one is free. It is from DigitalOcean's price list; the
// API does not have it.
const idleReservedIPMonthly = 5.00

// reservedIPKind is the kind of a reserved IP, also where it is given back.
const reservedIPKind = "reserved-ip"

// reservedIPResource is a reserved IP that is assigned to the droplet. The API has no
// tags for it; it belongs to the deployment if its droplet has it. The create call
// names the droplet, so that the address is assigned from the start.
type reservedIPResource struct {
	p    *Provider
	spec providers.Spec
}

func (r *reservedIPResource) Kind() string           { return reservedIPKind }
func (r *reservedIPResource) Title() string          { return "a reserved IP address" }
func (r *reservedIPResource) Phase() providers.Phase { return providers.PhaseBoot }

// Look finds the address that is assigned to the droplet. With asked it looks for as
// long as look-ups may lag behind.
func (r *reservedIPResource) Look(ctx context.Context, asked time.Time) (providers.Finding, error) {
	d, err := r.p.firstDroplet(ctx, r.spec)
	if err != nil {
		return providers.Finding{}, err
	}
	missing := providers.Finding{Changes: []providers.Change{{
		What: "reserve an IP address for the droplet",
		Why:  fmt.Sprintf("free while the droplet has it, %s without a droplet", providers.AMonth(idleReservedIPMonthly)),
	}}}
	if d == nil {
		return missing, nil
	}
	var held []godo.ReservedIP
	find := func(ctx context.Context) (bool, error) {
		held, err = r.p.reservedIPs(ctx, d.ID)
		return len(held) > 0, err
	}
	if asked.IsZero() {
		_, err = find(ctx)
	} else {
		_, err = r.p.api.Pace.UntilFound(ctx, find)
	}
	if err != nil || len(held) == 0 {
		return missing, err
	}
	return providers.Finding{Holds: true, Detail: held[0].IP, ID: held[0].IP}, nil
}

// Make reserves an address for the droplet. The call is sent once.
func (r *reservedIPResource) Make(ctx context.Context, report func(string)) error {
	d, err := r.p.firstDroplet(ctx, r.spec)
	if err != nil {
		return err
	}
	if d == nil {
		return fmt.Errorf("reserve an IP address: %w", providers.ErrNoServer)
	}
	doing := "reserve an IP address"
	_, _, err = r.p.api.ReservedIPs.Create(ctx, &godo.ReservedIPCreateRequest{DropletID: d.ID})
	err = r.p.api.Plain(err)
	if err != nil && !rest.IsUncertain(err) {
		return r.p.api.Failed(doing, err)
	}
	if ctx.Err() != nil {
		return r.p.api.Failed(doing, ctx.Err())
	}
	report("waiting for the reserved IP to be assigned")
	found, lookErr := r.p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		held, err := r.p.reservedIPs(ctx, d.ID)
		return len(held) > 0, err
	})
	if found || lookErr != nil {
		return lookErr
	}
	if err != nil {
		return rest.NothingMade("the reserved IP", err)
	}
	return &providers.Failed{
		Err:  fmt.Errorf("%s: the API accepted it, but it is not assigned to droplet %d", doing, d.ID),
		Next: "list the reserved IPs, and remove one without a droplet: doctl compute reserved-ip list; then " + rest.Again,
	}
}

// firstDroplet is the deployment's oldest droplet; nil is none.
func (p *Provider) firstDroplet(ctx context.Context, spec providers.Spec) (*godo.Droplet, error) {
	all, err := p.droplets(ctx, spec, time.Time{})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// allReservedIPs are the account's.
func (p *Provider) allReservedIPs(ctx context.Context) ([]godo.ReservedIP, error) {
	return account.EveryPage(ctx, p.api, "list the reserved IPs", func(ctx context.Context, n int) ([]godo.ReservedIP, *godo.Response, error) {
		return p.api.ReservedIPs.List(ctx, account.FullPage(n))
	})
}

// reservedIPs are the reserved IPs that are assigned to a droplet.
func (p *Provider) reservedIPs(ctx context.Context, droplet int) ([]godo.ReservedIP, error) {
	all, err := p.allReservedIPs(ctx)
	var held []godo.ReservedIP
	for _, ip := range all {
		if ip.Droplet != nil && ip.Droplet.ID == droplet {
			held = append(held, ip)
		}
	}
	return held, err
}

// release deletes a reserved IP. It deletes it while it is assigned, so that an
// interruption leaves no address that nobody knows of. Only if the API refuses that,
// it unassigns the address first.
func (p *Provider) release(ctx context.Context, ip string) error {
	unassigned := false
	w := rest.Wait{
		What: "the reserved IP " + ip + " to be released", Within: p.options.ActiveWithin,
		Next: fmt.Sprintf("remove it with: doctl compute reserved-ip delete %s (it costs %s without a droplet)", ip, providers.AMonth(idleReservedIPMonthly)),
	}
	return p.api.Pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		_, err := p.api.ReservedIPs.Delete(ctx, ip)
		err = p.api.Plain(err)
		switch {
		case err == nil || rest.IsNotFound(err):
			return true, "", nil
		case rest.Status(err) != http.StatusUnprocessableEntity:
			return false, "", p.api.Failed("release the reserved IP "+ip, err)
		case unassigned:
			return false, err.Error(), nil
		}
		state := err.Error()
		_, _, err = p.api.ReservedIPActions.Unassign(ctx, ip)
		if err = p.api.Plain(err); err != nil && rest.Status(err) != http.StatusUnprocessableEntity && !rest.IsUncertain(err) {
			return false, "", p.api.Failed("unassign the reserved IP "+ip, err)
		}
		unassigned = err == nil
		return false, state, nil
	})
}
