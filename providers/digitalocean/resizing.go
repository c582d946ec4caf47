package digitalocean

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

const (
	// shutdownWithin is how long a droplet may take to shut down in good order before its
	// power is cut.
	shutdownWithin = 2 * time.Minute
	// sizeLag is how long a droplet may show its old size after a resize.
	sizeLag = 10 * time.Second
	// nothingSeen is how long nothing may be seen of what was asked for while the droplet is
	// off, before that is asked for once more.
	nothingSeen = 20 * time.Second
)

// resizing brings a droplet to another size: off in good order, resize, on again. What to
// do is decided by the droplet and by what was last done with it, anew in each round, so a
// run goes on wherever an earlier one was killed.
type resizing struct {
	p    *Provider
	spec providers.Spec
	// id is the droplet's number, to the size that it is to have.
	id     int
	to     Size
	report func(string)

	// following is the action in hand; 0 is none. last is the newest one that has ended.
	following int
	last      godo.Action
	// offAsked and resizeAsked are when this run asked for it; lost is set if the answer
	// was lost. A resize whose answer was lost and of which nothing is seen is asked for once
	// more: however often that is done, it comes to the same.
	offAsked, resizeAsked, onAsked time.Time
	lost, again                    bool
	// hangs is set if the droplet did not shut down by itself.
	hangs bool
	// resizedAt is when a resize that has ended was first seen.
	resizedAt time.Time
}

// resize brings a droplet to the size that it is to have, and turns it on. If that can't be
// done, the droplet is turned on with the size that it has.
func (p *Provider) resize(ctx context.Context, spec providers.Spec, d *godo.Droplet, report func(string)) error {
	if d.Status != "off" && (d.Status != "active" || p.fits(spec, d)) {
		return nil
	}
	to, err := p.target(ctx, spec, d)
	if err != nil && d.Status == "active" {
		return err
	}
	z := &resizing{p: p, spec: spec, id: d.ID, to: to, report: report}
	if err != nil { // it is off: the next look tells what is wrong with the size
		return z.turnOn(ctx)
	}
	began := p.api.Pace.Clock.Now()
	w := rest.Wait{What: fmt.Sprintf("droplet %d to become %s", d.ID, to.Slug), Within: p.options.ActiveWithin, Report: report, Next: rest.Again}
	if p.options.GrowDisk {
		w.Within *= 6 // the disk is copied
	}
	if err := p.api.Pace.Until(ctx, w, z.look); err != nil {
		return z.giveUp(ctx, err)
	}
	if err := z.turnOn(ctx); err != nil {
		return err
	}
	if !z.offAsked.IsZero() {
		report(fmt.Sprintf("droplet %d is %s and on again after %s", d.ID, to.Slug, p.api.Pace.Clock.Now().Sub(began).Round(time.Second)))
	}
	return nil
}

// look is one round: it tells how far the droplet is, and does what is next.
func (z *resizing) look(ctx context.Context) (done bool, state string, err error) {
	d, state, err := z.droplet(ctx)
	switch {
	case state != "" || err != nil:
		return false, state, err
	case z.p.fits(z.spec, d) && d.Status == "off" && z.resizeAsked.IsZero() && z.settles():
		return false, "an earlier resize may not show yet", nil
	case z.p.fits(z.spec, d):
		return true, "", nil
	case d.Status == "active":
		return false, "it is shutting down", z.shutDown(ctx)
	case d.Status == "off":
		return false, "it is off and still " + d.SizeSlug, z.change(ctx, d)
	}
	return false, "it is " + d.Status, nil
}

// droplet is the droplet, once nothing goes on that locks it; before, state says what.
func (z *resizing) droplet(ctx context.Context) (d *godo.Droplet, state string, err error) {
	if state, err = z.underway(ctx); state != "" || err != nil {
		return nil, state, err
	}
	d, err = account.Whole(z.p.api.Droplets.Get(ctx, z.id))
	if err = z.p.api.Failed(fmt.Sprintf("look at droplet %d", z.id), z.p.api.Plain(err)); err != nil {
		return nil, "", err
	}
	if d.Locked {
		return nil, "something else that was begun with it is not finished", nil
	}
	return d, "", nil
}

// underway tells which action goes on, this run's or another's; "" if none does.
func (z *resizing) underway(ctx context.Context) (state string, err error) {
	if z.following == 0 {
		all, err := z.p.actions(ctx, z.id)
		if err != nil || len(all) == 0 {
			return "", err
		}
		if all[0].Status != godo.ActionInProgress {
			z.last = all[0]
			return "", nil
		}
		z.following = all[0].ID
	}
	a, err := account.Whole(z.p.api.Actions.Get(ctx, z.following))
	if err = z.p.api.Plain(err); rest.IsNotFound(err) {
		return "what was begun does not show yet", nil
	}
	if err != nil {
		return "", z.p.api.Failed(fmt.Sprintf("follow what was begun with droplet %d", z.id), err)
	}
	if a.Status == godo.ActionInProgress {
		return "its " + strings.ReplaceAll(a.Type, "_", " ") + " goes on", nil
	}
	z.following, z.last = 0, *a
	return "", z.ended(a)
}

// ended takes in how an action ended.
func (z *resizing) ended(a *godo.Action) error {
	if a.Status == godo.ActionCompleted {
		return nil
	}
	switch a.Type {
	case "shutdown":
		z.hangs = true
	case "power_on":
		z.onAsked = time.Time{}
	case "resize":
		if z.resizeAsked.IsZero() {
			return nil // an earlier run's: this one asks once too
		}
		return &providers.Failed{Err: fmt.Errorf("DigitalOcean accepted the resize of droplet %d, but it failed (action %d errored)", z.id, a.ID), Next: rest.Again}
	}
	return nil
}

// shutDown turns the droplet off: in good order and, only if that does not end, by its
// power.
func (z *resizing) shutDown(ctx context.Context) error {
	waited := z.now().Sub(z.offAsked)
	switch {
	case z.offAsked.IsZero() || z.lost && waited >= z.p.api.Pace.Patience:
		z.report(fmt.Sprintf("droplet %d shuts down", z.id))
		return z.ask(ctx, &z.offAsked, z.p.api.DropletActions.Shutdown)
	case z.hangs || waited >= shutdownWithin:
		z.report(fmt.Sprintf("droplet %d does not shut down by itself: its power is cut", z.id))
		z.hangs = false
		return z.ask(ctx, &z.offAsked, z.p.api.DropletActions.PowerOff)
	}
	return nil
}

// change asks for the resize, once.
func (z *resizing) change(ctx context.Context, d *godo.Droplet) error {
	switch {
	case z.resizeAsked.IsZero() && z.settles():
		return nil
	case z.resizeAsked.IsZero() || z.lost && !z.again && z.now().Sub(z.resizeAsked) >= nothingSeen:
		z.again = !z.resizeAsked.IsZero()
		z.report(fmt.Sprintf("droplet %d is off: it becomes %s", z.id, z.to.Slug))
		return z.ask(ctx, &z.resizeAsked, func(ctx context.Context, id int) (*godo.Action, *godo.Response, error) {
			return z.p.api.DropletActions.Resize(ctx, id, z.to.Slug, z.p.options.GrowDisk)
		})
	case z.lost && z.now().Sub(z.resizeAsked) >= z.p.api.Pace.Patience:
		return &providers.Failed{Err: fmt.Errorf("the answer to the resize of droplet %d was lost, and it was not done", d.ID), Next: rest.Again}
	}
	return nil
}

// settles tells whether the newest thing done was a resize whose size may not show yet.
func (z *resizing) settles() bool {
	if z.last.Type != "resize" || z.last.Status != godo.ActionCompleted {
		return false
	}
	if z.resizedAt.IsZero() {
		z.resizedAt = z.now()
	}
	return z.now().Sub(z.resizedAt) < sizeLag
}

// ask begins an action and notes when. If it was refused because of another one, it is not
// noted: the next round waits for that. If the answer was lost, the next rounds see what
// became of it.
func (z *resizing) ask(ctx context.Context, asked *time.Time, begin func(context.Context, int) (*godo.Action, *godo.Response, error)) error {
	a, _, err := begin(ctx, z.id)
	err = z.p.api.Plain(err)
	switch {
	case err == nil:
		z.lost, *asked = false, z.now()
		if a != nil {
			z.following = a.ID
		}
		return nil
	case ctx.Err() != nil:
		*asked = z.now()
		return z.p.api.Failed(fmt.Sprintf("resize droplet %d", z.id), ctx.Err())
	case rest.IsUncertain(err):
		z.lost, *asked = true, z.now()
		return nil
	case isNoNews(err):
		return nil
	}
	return z.p.api.Failed(fmt.Sprintf("resize droplet %d", z.id), err)
}

// isNoNews tells whether a call was refused because something else goes on, or because the
// droplet was turned off or on meanwhile.
func isNoNews(err error) bool {
	return rest.Status(err) == http.StatusUnprocessableEntity && (strings.Contains(err.Error(), "pending event") || strings.Contains(err.Error(), "already powered"))
}

func (z *resizing) now() time.Time { return z.p.api.Pace.Clock.Now() }

// turnOn turns the droplet on once nothing goes on any more, and waits until it is.
func (z *resizing) turnOn(ctx context.Context) error {
	w := rest.Wait{
		What: fmt.Sprintf("droplet %d to be on again", z.id), Within: z.p.options.ActiveWithin, Report: z.report,
		Next: fmt.Sprintf("%s. If it stays off: doctl compute droplet-action power-on %d", rest.Again, z.id),
	}
	err := z.p.api.Pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		d, state, err := z.droplet(ctx)
		switch {
		case state != "" || err != nil:
			return false, state, err
		case d.Status == "active":
			return true, "", nil
		case d.Status == "off" && z.now().Sub(z.onAsked) >= nothingSeen:
			z.report(fmt.Sprintf("droplet %d is turned on", z.id))
			return false, "it is off", z.ask(ctx, &z.onAsked, z.p.api.DropletActions.PowerOn)
		}
		return false, "it is " + d.Status, nil
	})
	if err != nil && ctx.Err() != nil {
		z.leave(ctx)
	}
	return err
}

// giveUp turns the droplet on with the size that it has, and says so beside why.
func (z *resizing) giveUp(ctx context.Context, cause error) error {
	switch {
	case ctx.Err() != nil:
		z.leave(ctx)
		return cause
	case z.offAsked.IsZero() && z.resizeAsked.IsZero() && !z.isOff(ctx):
		return cause // nothing was stopped
	}
	if err := z.turnOn(ctx); err != nil {
		return &providers.Failed{
			Err:  fmt.Errorf("%w; droplet %d is not on: %w", cause, z.id, err),
			Next: fmt.Sprintf("%s, and turns the droplet on; or: doctl compute droplet-action power-on %d", rest.Again, z.id),
		}
	}
	return fmt.Errorf("%w; droplet %d is on again with the size that it had", cause, z.id)
}

// isOff tells whether the droplet is off; one that can't be asked counts as off.
func (z *resizing) isOff(ctx context.Context) bool {
	d, err := account.Whole(z.p.api.Droplets.Get(ctx, z.id))
	return err != nil || d.Status != "active"
}

// leave turns on a droplet that this run leaves because it was interrupted, if it can be
// turned on at once.
func (z *resizing) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	d, err := account.Whole(z.p.api.Droplets.Get(ctx, z.id))
	if err == nil && d.Status == "off" {
		_, _, err = z.p.api.DropletActions.PowerOn(ctx, z.id)
	}
	if err != nil || d.Status != "active" || !z.offAsked.IsZero() {
		z.report(fmt.Sprintf("droplet %d may be off now: the same command goes on and turns it on", z.id))
	}
}
