package digitalocean

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// backupShare is the price of weekly backups as a part of the droplet's price. It is
// from DigitalOcean's price list; the API does not have it.
const backupShare = 0.20

// weekly are weekly backups, early on Sunday. Without a policy DigitalOcean makes daily
// ones, which cost more.
func weekly() *godo.DropletBackupPolicyRequest {
	hour := 4
	return &godo.DropletBackupPolicyRequest{Plan: "weekly", Weekday: "SUN", Hour: &hour}
}

// backupsResource turns DigitalOcean's own backups of the droplet on or off.
type backupsResource struct {
	p    *Provider
	spec providers.Spec
}

func (r *backupsResource) Kind() string           { return "weekly-backups" }
func (r *backupsResource) Title() string          { return "weekly backups by DigitalOcean" }
func (r *backupsResource) Phase() providers.Phase { return providers.PhaseBoot }

func (r *backupsResource) wanted() bool { return r.p.options.Backups == providers.On }

// Look compares what was asked for with the droplet. To turn backups on or off twice is
// the same as once, so the time of an earlier call is not needed.
func (r *backupsResource) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	d, err := r.p.firstDroplet(ctx, r.spec)
	if err != nil {
		return providers.Finding{}, err
	}
	switch {
	case d == nil && !r.wanted():
		return providers.Finding{Holds: true, Detail: "off"}, nil
	case d == nil:
		c, err := r.p.choose(ctx, r.spec)
		if err != nil {
			return providers.Finding{}, err
		}
		return turnOn(c.size.Monthly, c.size.Hourly), nil
	case backedUp(d) == r.wanted():
		return providers.Finding{Holds: true, Detail: onOrOff(r.wanted())}, nil
	}
	monthly, hourly, err := r.price(ctx, d)
	if err != nil {
		return providers.Finding{}, err
	}
	if r.wanted() {
		return turnOn(monthly, hourly), nil
	}
	return turnOff(monthly), nil
}

// price is that of the droplet without backups, in the size that it is to have.
func (r *backupsResource) price(ctx context.Context, d *godo.Droplet) (monthly, hourly float64, err error) {
	sale, err := r.p.Catalog(ctx)
	if err != nil {
		return 0, 0, err
	}
	slug := cmp.Or(r.spec.Size, d.SizeSlug)
	if at := slices.IndexFunc(sale.Sizes, func(s Size) bool { return s.Slug == slug }); at >= 0 {
		return sale.Sizes[at].Monthly, sale.Sizes[at].Hourly, nil
	}
	if d.Size == nil {
		return 0, 0, nil
	}
	return d.Size.PriceMonthly, d.Size.PriceHourly, nil // a size that is not sold any more
}

func turnOn(monthly, hourly float64) providers.Finding {
	return providers.Finding{Changes: []providers.Change{{
		What: "turn on weekly backups", Why: "DigitalOcean keeps the last four, for a fifth of the droplet's price",
		Monthly: cents(monthly * backupShare), Hourly: providers.Rounded(hourly*backupShare, 5),
	}}}
}

func turnOff(monthly float64) providers.Finding {
	return providers.Finding{Changes: []providers.Change{{
		What: "turn off weekly backups", Why: "DigitalOcean deletes those that it has made", Ends: cents(monthly * backupShare),
	}}}
}

func onOrOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// backedUp tells whether DigitalOcean makes backups of the droplet.
func backedUp(d *godo.Droplet) bool { return slices.Contains(d.Features, "backups") }

// Make turns the backups on or off, and waits until the droplet shows it.
func (r *backupsResource) Make(ctx context.Context, report func(string)) error {
	d, err := r.p.firstDroplet(ctx, r.spec)
	if err != nil {
		return err
	}
	doing := "turn the weekly backups " + onOrOff(r.wanted())
	if d == nil {
		return fmt.Errorf("%s: %w", doing, providers.ErrNoServer)
	}
	turning := &turning{p: r.p, id: d.ID, on: r.wanted(), doing: doing}
	w := rest.Wait{
		What: fmt.Sprintf("the weekly backups of droplet %d to be %s", d.ID, onOrOff(r.wanted())), Within: r.p.options.ActiveWithin,
		Report: report, Next: rest.Again,
	}
	return r.p.api.Pace.Until(ctx, w, turning.look)
}

// turning is the wait for backups that are turned on or off.
type turning struct {
	p     *Provider
	id    int
	on    bool
	doing string
	// action is the number of the action in hand; 0 is none.
	action int
}

// look is one round: it asks for the change if none is in hand. An answer that was lost
// leaves none in hand, and the next round asks again.
func (t *turning) look(ctx context.Context) (done bool, state string, err error) {
	if state, err := t.follow(ctx); state != "" || err != nil {
		return false, state, err
	}
	d, err := account.Whole(t.p.api.Droplets.Get(ctx, t.id))
	if err = t.p.api.Failed(t.doing, t.p.api.Plain(err)); err != nil {
		return false, "", err
	}
	switch {
	case backedUp(d) == t.on:
		return true, "", nil
	case t.action != 0:
		return false, "the droplet does not show it yet", nil
	case d.Locked:
		return false, "another action on the droplet is not finished", nil
	}
	return t.ask(ctx)
}

// follow tells the state of the action in hand; "" if there is nothing to wait for.
func (t *turning) follow(ctx context.Context) (state string, err error) {
	if t.action == 0 {
		return "", nil
	}
	a, err := account.Whole(t.p.api.Actions.Get(ctx, t.action))
	if err = t.p.api.Plain(err); rest.IsNotFound(err) {
		return "its action does not show yet", nil
	}
	if err != nil {
		return "", t.p.api.Failed(t.doing, err)
	}
	switch a.Status {
	case "completed":
		return "", nil
	case "errored":
		return "", &providers.Failed{Err: fmt.Errorf("%s: DigitalOcean accepted it, but it failed (action %d errored)", t.doing, a.ID), Next: rest.Again}
	}
	return "its action is " + a.Status, nil
}

func (t *turning) ask(ctx context.Context) (done bool, state string, err error) {
	var a *godo.Action
	if t.on {
		a, _, err = t.p.api.DropletActions.EnableBackupsWithPolicy(ctx, t.id, weekly())
	} else {
		a, _, err = t.p.api.DropletActions.DisableBackups(ctx, t.id)
	}
	err = t.p.api.Plain(err)
	switch {
	case err == nil && a != nil:
		t.action = a.ID
		return false, "it was asked for", nil
	case ctx.Err() != nil:
		return false, "", t.p.api.Failed(t.doing, ctx.Err())
	case err == nil || rest.IsUncertain(err):
		return false, "the answer to the call was lost", nil
	case rest.Status(err) == http.StatusUnprocessableEntity && strings.Contains(strings.ToLower(err.Error()), "pending event"):
		return false, err.Error(), nil
	}
	return false, "", t.p.api.Failed(t.doing, err)
}
