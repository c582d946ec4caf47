package digitalocean

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
)

// Destroy removes what Holdings lists, in the order in which nothing is left
// open or paid for if it is interrupted: names first, then the droplet, then
// its firewall, key and tag. It waits until each is gone and stops at the
// first that can't be removed; called again it goes on there.
//
// It can't know of a create that was asked for a moment ago and does not show
// in any list yet: after an unanswered create, the droplet resource's Look with
// that time comes first.
func (p *Provider) Destroy(ctx context.Context, spec providers.Spec, report func(line string)) error {
	w, err := p.inventory(ctx, spec)
	if err != nil {
		return err
	}
	for _, r := range w.records {
		if err := p.deleteRecord(ctx, r, report); err != nil {
			return err
		}
	}
	for _, r := range w.reserved {
		if err := p.release(ctx, r.IP); err != nil {
			return err
		}
		report("released the reserved IP " + r.IP)
	}
	for _, r := range w.foreign {
		report(fmt.Sprintf("the reserved IP %s stays: this deployment did not make it. Without a droplet it costs $%.2f a month; to remove it: doctl compute reserved-ip delete %s",
			r.IP, idleReservedIPMonthly, r.IP))
	}
	for _, d := range w.droplets {
		if err := p.deleteDroplet(ctx, spec, d, report); err != nil {
			return err
		}
	}
	return p.deleteRest(ctx, spec, w, report)
}

func (p *Provider) deleteRecord(ctx context.Context, r ownRecord, report func(string)) error {
	_, err := p.api.Domains.DeleteRecord(ctx, r.zone, r.ID)
	if err = p.plain(err); err != nil && !isNotFound(err) {
		return p.failed("remove the DNS record of "+r.domain, err)
	}
	report(fmt.Sprintf("removed the %s record of %s", r.Type, r.domain))
	return nil
}

// deleteRest removes what costs nothing, once no droplet needs it.
func (p *Provider) deleteRest(ctx context.Context, spec providers.Spec, w *inventory, report func(string)) error {
	if w.firewall != nil {
		_, err := p.api.Firewalls.Delete(ctx, w.firewall.ID)
		if err = p.plain(err); err != nil && !isNotFound(err) {
			return p.failed("remove the firewall", err)
		}
		report("removed the firewall " + w.firewall.Name)
	}
	for _, k := range w.keys {
		_, err := p.api.Keys.DeleteByID(ctx, k.ID)
		if err = p.plain(err); err != nil && !isNotFound(err) {
			return p.failed("remove the SSH key", err)
		}
		report("removed the SSH key " + k.Name)
	}
	if w.tag != nil {
		_, err := p.api.Tags.Delete(ctx, spec.Tag)
		if err = p.plain(err); err != nil && !isNotFound(err) {
			return p.failed("remove the tag", err)
		}
		report("removed the tag " + spec.Tag)
	}
	return p.deleteCommonTag(ctx)
}

// deleteCommonTag removes the tag that all deployments share, if nothing bears
// it any more. It is only for the eye, so a token that may not is fine.
func (p *Provider) deleteCommonTag(ctx context.Context) error {
	tag, err := p.tag(ctx, commonTag)
	if err != nil || tag == nil || tag.Resources == nil || tag.Resources.Count > 0 {
		return ctx.Err()
	}
	_, _ = p.api.Tags.Delete(ctx, commonTag)
	return ctx.Err()
}

// deleteDroplet removes one droplet by its number. It waits for pending events
// before and until the droplet is gone after.
func (p *Provider) deleteDroplet(ctx context.Context, spec providers.Spec, d godo.Droplet, report func(string)) error {
	if err := p.confirmOwned(ctx, spec, &d, report); err != nil {
		return err
	}
	accepted := false
	w := wait{
		what: fmt.Sprintf("droplet %d to be removed", d.ID), within: p.options.ActiveWithin, report: report,
		next: fmt.Sprintf("run the same command again, or: doctl compute droplet delete %d (it costs $%.2f a month)", d.ID, monthlyOf(&d)),
	}
	err := p.until(ctx, w, func(ctx context.Context) (bool, string, error) {
		if !accepted {
			state, err := p.askDelete(ctx, d.ID, &accepted)
			if state != "" || err != nil {
				return false, state, err
			}
		}
		gone, err := p.isGone(ctx, spec, d.ID)
		return gone, "it is still there", err
	})
	if err != nil {
		return err
	}
	if p.made == d.ID {
		p.made = 0
	}
	report(fmt.Sprintf("removed droplet %d", d.ID))
	return nil
}

// askDelete sends the delete call; state says why it can't be done yet. A 404
// is no acceptance: a droplet that is very new can answer so as well.
func (p *Provider) askDelete(ctx context.Context, id int, accepted *bool) (state string, err error) {
	_, err = p.api.Droplets.Delete(ctx, id)
	err = p.plain(err)
	switch {
	case err == nil || isNotFound(err):
		*accepted = err == nil
		return "", nil
	case statusOf(err) == http.StatusUnprocessableEntity || statusOf(err) == http.StatusConflict:
		return err.Error(), nil // a pending event, mostly: the wait has an end
	}
	return "", p.failed(fmt.Sprintf("remove droplet %d", id), err)
}

// isGone asks twice: a read may answer 404 for what is so new that only the
// lists have it.
func (p *Provider) isGone(ctx context.Context, spec providers.Spec, id int) (bool, error) {
	_, _, err := p.api.Droplets.Get(ctx, id)
	if err = p.plain(err); !isNotFound(err) {
		return false, p.failed(fmt.Sprintf("look whether droplet %d is gone", id), err)
	}
	left, err := p.droplets(ctx, spec, time.Time{})
	return err == nil && !known(left, id), err
}

// confirmOwned waits for the tag of a droplet that was found by its name. By name
// alone nothing is removed.
func (p *Provider) confirmOwned(ctx context.Context, spec providers.Spec, d *godo.Droplet, report func(string)) error {
	if hasTag(d, spec.Tag) || d.ID == p.made {
		return nil
	}
	w := wait{
		what: fmt.Sprintf("the tag of droplet %d", d.ID), within: p.options.Patience, report: report,
		next: fmt.Sprintf("if it is this deployment's: doctl compute droplet delete %s (it costs $%.2f a month); then run the same command again",
			strconv.Itoa(d.ID), monthlyOf(d)),
	}
	return p.until(ctx, w, func(ctx context.Context) (bool, string, error) {
		now, _, err := p.api.Droplets.Get(ctx, d.ID)
		if err = p.plain(err); isNotFound(err) {
			return false, "it can't be read yet", nil
		}
		if err != nil {
			return false, "", p.failed(fmt.Sprintf("look at droplet %d", d.ID), err)
		}
		return hasTag(now, spec.Tag), "it has this deployment's name, but not its tag", nil
	})
}
