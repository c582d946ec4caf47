package digitalocean

import (
	"context"

	"fmt"
	"slices"
	"strconv"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// readying is the wait for a droplet that can't be used yet.
type readying struct {
	p    *Provider
	spec providers.Spec
	// id is the droplet's number.
	id int
	// action is the number of its create action; 0 if it is not known yet, or
	// noAction.
	action int
	// tagged tells whether that call was sent: it is sent once.
	tagged bool
	report func(string)
}

// ready waits until a droplet is active and has a public IPv4 address and the tag.
// It follows the create action first, if there is one.
func (p *Provider) ready(ctx context.Context, spec providers.Spec, id, action int, report func(string)) error {
	r := &readying{p: p, spec: spec, id: id, action: action, report: report}
	if err := r.appear(ctx); err != nil {
		return err
	}
	w := rest.Wait{
		What: fmt.Sprintf("droplet %d to be ready", id), Within: p.options.ActiveWithin, Report: report,
		Next: fmt.Sprintf("%s. If that does not help, remove it with: slipway destroy %s", rest.Again, spec.Name),
	}
	return p.api.Pace.Until(ctx, w, r.look)
}

// appear waits until the droplet can be read: just after its creation the API may
// answer 404.
func (r *readying) appear(ctx context.Context) error {
	w := rest.Wait{
		What: fmt.Sprintf("droplet %d to appear", r.id), Within: r.p.api.Pace.Patience, Report: r.report,
		Next: rest.Again,
	}
	return r.p.api.Pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		_, _, err := r.p.api.Droplets.Get(ctx, r.id)
		if err = r.p.api.Plain(err); rest.IsNotFound(err) {
			return false, "it was accepted, but the API answers 404", nil
		}
		return err == nil, "", r.p.api.Failed(fmt.Sprintf("look for droplet %d", r.id), err)
	})
}

// look is one round of the wait: it tells the droplet's state, and does what can be
// done about it.
func (r *readying) look(ctx context.Context) (done bool, state string, err error) {
	if state, err := r.created(ctx); state != "" || err != nil {
		return false, state, err
	}
	d, err := account.Whole(r.p.api.Droplets.Get(ctx, r.id))
	if err = r.p.api.Failed(fmt.Sprintf("look at droplet %d", r.id), r.p.api.Plain(err)); err != nil {
		return false, "", err
	}
	state = lacking(d, r.spec.Tag)
	switch {
	case state == "":
		return true, "", nil
	case d.Status == "archive":
		return false, "", &providers.Refused{Err: fmt.Errorf("droplet %d is archived", r.id), Next: "ask DigitalOcean's support: " + account.TicketPage}
	case d.Status == "off" && !d.Locked:
		return false, state, (&resizing{p: r.p, id: r.id, report: r.report}).turnOn(ctx)
	case d.Status == "active" && publicIPv4(d) != "":
		return false, state, r.tag(ctx)
	}
	return false, state, nil
}

// created tells the state of the create action; "" if there is nothing to wait for.
func (r *readying) created(ctx context.Context) (state string, err error) {
	if r.action == 0 {
		if err := r.findAction(ctx); err != nil {
			return "", err
		}
	}
	if r.action < 0 {
		return "", nil
	}
	action, err := account.Whole(r.p.api.Actions.Get(ctx, r.action))
	if err = r.p.api.Plain(err); rest.IsNotFound(err) {
		return "its create action does not show yet", nil
	}
	if err != nil {
		return "", r.p.api.Failed(fmt.Sprintf("follow the creation of droplet %d", r.id), err)
	}
	switch action.Status {
	case "completed":
		r.action = noAction
		return "", nil
	case "errored":
		return "", &providers.Failed{
			Err:  fmt.Errorf("DigitalOcean accepted droplet %d, but its creation failed (action %d errored)", r.id, action.ID),
			Next: fmt.Sprintf("remove it with: slipway destroy %s; then run the same command again", r.spec.Name),
		}
	}
	return "its creation is " + action.Status, nil
}

// noAction stands for no action that could be followed (any more).
const noAction = -1

// findAction looks up the create action of a droplet that an earlier run made.
func (r *readying) findAction(ctx context.Context) error {
	actions, err := account.EveryPage(ctx, r.p.api, fmt.Sprintf("list what was done with droplet %d", r.id), func(ctx context.Context, n int) ([]godo.Action, *godo.Response, error) {
		return r.p.api.Droplets.Actions(ctx, r.id, account.FullPage(n))
	})
	r.action = noAction
	for _, a := range actions {
		if a.Type == "create" {
			r.action = a.ID
		}
	}
	if rest.IsNotFound(err) {
		return nil
	}
	return err
}

// tag tags a droplet that lacks only its tag, which the API sometimes adds late. To
// tag it twice is the same as once.
func (r *readying) tag(ctx context.Context) error {
	if r.tagged {
		return nil
	}
	r.tagged = true
	_, err := r.p.api.Tags.TagResources(ctx, r.spec.Tag, &godo.TagResourcesRequest{
		Resources: []godo.Resource{{ID: strconv.Itoa(r.id), Type: godo.DropletResourceType}},
	})
	// If the answer was lost, the next round sees the droplet's tags.
	if err = r.p.api.Plain(err); ctx.Err() == nil && err != nil && !rest.IsUncertain(err) {
		return r.p.api.Failed(fmt.Sprintf("tag droplet %d", r.id), err)
	}
	return ctx.Err()
}

// hasTag tells whether a droplet shows the deployment's tag.
func hasTag(d *godo.Droplet, tag string) bool { return slices.Contains(d.Tags, tag) }
