package digitalocean

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// Destroy removes what Holdings lists: first the DNS records and the reserved IP,
// then the droplet, then its firewall, key and tag. So an interruption leaves no
// droplet without a firewall, and no name that points at an address that somebody
// else may get. It waits until each thing is gone and stops at the first that can't
// be removed; the next call continues there.
//
// A droplet that bears the tag and is not the one on record, a copy of it say, is
// refused before anything is removed.
//
// It can't know of a droplet that was asked for a moment ago and that no list has
// yet: after a create call without an answer, first call the Look of the droplet
// resource with the time of that call.
func (p *Provider) Destroy(ctx context.Context, spec providers.Spec, report func(line string)) error {
	w, err := p.inventory(ctx, spec)
	if err != nil {
		return err
	}
	if err := p.onlyOwn(spec, w.droplets); err != nil {
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
		report(fmt.Sprintf("the reserved IP %s stays: this deployment did not make it. Without a droplet it costs %s; to remove it: doctl compute reserved-ip delete %s",
			r.IP, providers.AMonth(idleReservedIPMonthly), r.IP))
	}
	for _, d := range w.droplets {
		if err := p.deleteDroplet(ctx, spec, d, report); err != nil {
			return err
		}
	}
	return p.deleteRest(ctx, spec, w, report)
}

// onlyOwn refuses droplets that bear the deployment's tag and are not the one that it
// made: the one with the number on record, else the only one with the deployment's
// unique name. Whoever makes a droplet of a snapshot may give it any tag.
func (p *Provider) onlyOwn(spec providers.Spec, found []godo.Droplet) error {
	id := knownDroplet(spec)
	if p.made != 0 {
		id = p.made
	}
	var others []string
	for _, d := range found {
		if id == d.ID || id == 0 && strings.EqualFold(d.Name, uniqueName(spec.Tag)) {
			id = d.ID
			continue
		}
		others = append(others, fmt.Sprintf("%d (%s, %s)", d.ID, d.Name, publicIPv4(&d)))
	}
	if len(others) == 0 {
		return nil
	}
	what := "there is no droplet on record"
	if id != 0 {
		what = fmt.Sprintf("this deployment's droplet is %d", id)
	}
	return &providers.Refused{
		Err:  fmt.Errorf("the tag %s is also on a droplet that this deployment did not make: %s; %s", spec.Tag, strings.Join(others, ", "), what),
		Next: fmt.Sprintf("take the tag off it (doctl compute droplet untag ID --tag-name %s), or remove it yourself (doctl compute droplet delete ID), and run the same command again; nothing was removed", spec.Tag),
	}
}

func (p *Provider) deleteRecord(ctx context.Context, r ownRecord, report func(string)) error {
	if err := p.api.RemoveRecord(ctx, r.zone, r.domain, &r.DomainRecord); err != nil {
		return err
	}
	report(fmt.Sprintf("removed the %s record of %s", r.Type, r.domain))
	return nil
}

// deleteRest removes what costs nothing, after the droplets are gone.
func (p *Provider) deleteRest(ctx context.Context, spec providers.Spec, w *inventory, report func(string)) error {
	if w.firewall != nil {
		_, err := p.api.Firewalls.Delete(ctx, w.firewall.ID)
		if err = p.api.Plain(err); err != nil && !rest.IsNotFound(err) {
			return p.api.Failed("remove the firewall", err)
		}
		report("removed the firewall " + w.firewall.Name)
	}
	for _, k := range w.keys {
		_, err := p.api.Keys.DeleteByID(ctx, k.ID)
		if err = p.api.Plain(err); err != nil && !rest.IsNotFound(err) {
			return p.api.Failed("remove the SSH key", err)
		}
		report("removed the SSH key " + k.Name)
	}
	if err := p.leaveBucket(ctx, w, report); err != nil {
		return err
	}
	if w.tag != nil {
		_, err := p.api.Tags.Delete(ctx, spec.Tag)
		if err = p.api.Plain(err); err != nil && !rest.IsNotFound(err) {
			return p.api.Failed("remove the tag", err)
		}
		report("removed the tag " + spec.Tag)
	}
	return p.deleteCommonTag(ctx)
}

// deleteCommonTag removes the tag that all deployments share, if nothing bears it
// any more. The tag is only for people, so it is no error if the token may not.
func (p *Provider) deleteCommonTag(ctx context.Context) error {
	tag, err := p.tag(ctx, commonTag)
	if err != nil || tag == nil || tag.Resources == nil || tag.Resources.Count > 0 {
		return ctx.Err()
	}
	_, _ = p.api.Tags.Delete(ctx, commonTag)
	return ctx.Err()
}

// deleteDroplet removes one droplet by its number. It waits until no event is
// pending and, after the call, until the droplet is gone.
func (p *Provider) deleteDroplet(ctx context.Context, spec providers.Spec, d godo.Droplet, report func(string)) error {
	if err := p.confirmOwned(ctx, spec, &d, report); err != nil {
		return err
	}
	accepted := false
	w := rest.Wait{
		What: fmt.Sprintf("droplet %d to be removed", d.ID), Within: p.options.ActiveWithin, Report: report,
		Next: fmt.Sprintf("run the same command again, or: doctl compute droplet delete %d (it costs %s)", d.ID, providers.AMonth(monthlyOf(&d))),
	}
	err := p.api.Pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		if !accepted {
			state, err := p.askDelete(ctx, d.ID, &accepted)
			if state != "" || err != nil {
				return false, state, err
			}
		}
		gone, err := p.isGone(ctx, spec, d.ID)
		return gone, "it still exists", err
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

// askDelete sends the delete call; state says why the droplet can't be deleted yet.
// A 404 does not mean that the call was accepted: for a droplet that is very new the
// API may answer 404 too.
func (p *Provider) askDelete(ctx context.Context, id int, accepted *bool) (state string, err error) {
	_, err = p.api.Droplets.Delete(ctx, id)
	err = p.api.Plain(err)
	switch {
	case err == nil || rest.IsNotFound(err):
		*accepted = err == nil
		return "", nil
	case rest.Status(err) == http.StatusUnprocessableEntity || rest.Status(err) == http.StatusConflict:
		return err.Error(), nil // mostly an event is pending, for which the caller waits
	}
	return "", p.api.Failed(fmt.Sprintf("remove droplet %d", id), err)
}

// isGone asks for the droplet itself and for the lists: the API may answer 404 for a
// droplet that is so new that only the lists have it.
func (p *Provider) isGone(ctx context.Context, spec providers.Spec, id int) (bool, error) {
	_, _, err := p.api.Droplets.Get(ctx, id)
	if err = p.api.Plain(err); !rest.IsNotFound(err) {
		return false, p.api.Failed(fmt.Sprintf("look whether droplet %d is gone", id), err)
	}
	left, err := p.droplets(ctx, spec, time.Time{})
	return err == nil && !known(left, id), err
}

// confirmOwned waits until a droplet that was found by its name shows its tag. By
// the name alone nothing is removed.
func (p *Provider) confirmOwned(ctx context.Context, spec providers.Spec, d *godo.Droplet, report func(string)) error {
	if hasTag(d, spec.Tag) || d.ID == p.made {
		return nil
	}
	w := rest.Wait{
		What: fmt.Sprintf("the tag of droplet %d", d.ID), Within: p.api.Pace.Patience, Report: report,
		Next: fmt.Sprintf("if it is this deployment's: doctl compute droplet delete %s (it costs %s); then run the same command again",
			strconv.Itoa(d.ID), providers.AMonth(monthlyOf(d))),
	}
	return p.api.Pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		now, err := account.Whole(p.api.Droplets.Get(ctx, d.ID))
		if err = p.api.Plain(err); rest.IsNotFound(err) {
			return false, "it can't be read yet", nil
		}
		if err != nil {
			return false, "", p.api.Failed(fmt.Sprintf("look at droplet %d", d.ID), err)
		}
		return hasTag(now, spec.Tag), "it has this deployment's name, but not its tag", nil
	})
}
