package digitalocean

import (
	"context"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// commonTag is on every droplet that Slipway makes, for people who sort by it.
const commonTag = "slipway"

// tagResource is the deployment's tag. It is made first: a firewall can be bound only
// to a tag that exists.
type tagResource struct {
	p    *Provider
	spec providers.Spec
}

func (r *tagResource) Kind() string           { return "tag" }
func (r *tagResource) Title() string          { return "a tag for everything that is made" }
func (r *tagResource) Phase() providers.Phase { return providers.PhaseBoot }

// Look asks for the tag by its name. A tag can't exist twice, so the time of an
// earlier create call is not needed.
func (r *tagResource) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	there, err := r.p.tag(ctx, r.spec.Tag)
	if err != nil {
		return providers.Finding{}, err
	}
	if there != nil {
		return providers.Finding{Holds: true, Detail: r.spec.Tag}, nil
	}
	return providers.Finding{Changes: []providers.Change{{
		What: "create tag " + r.spec.Tag, Why: "it marks what belongs to this deployment",
	}}}, nil
}

// Make creates the tag; creating one that exists changes nothing.
func (r *tagResource) Make(ctx context.Context, _ func(string)) error {
	doing := "create the tag " + r.spec.Tag
	_, _, err := r.p.api.Tags.Create(ctx, &godo.TagCreateRequest{Name: r.spec.Tag})
	err = r.p.api.Plain(err)
	if err != nil && !rest.IsUncertain(err) && !isDuplicate(err) {
		return r.p.api.Failed(doing, err)
	}
	if ctx.Err() != nil {
		return r.p.api.Failed(doing, ctx.Err())
	}
	found, lookErr := r.p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		t, err := r.p.tag(ctx, r.spec.Tag)
		return t != nil, err
	})
	if found || lookErr != nil {
		return lookErr
	}
	if err == nil {
		err = errNotShown
	}
	return rest.NothingMade("the tag "+r.spec.Tag, err)
}

// tag looks up a tag; nil is none.
func (p *Provider) tag(ctx context.Context, name string) (*godo.Tag, error) {
	if err := checkTag(name); err != nil {
		return nil, err
	}
	tag, err := account.Whole(p.api.Tags.Get(ctx, name))
	if err = p.api.Plain(err); rest.IsNotFound(err) {
		return nil, nil
	}
	return tag, p.api.Failed("look for the tag "+name, err)
}
