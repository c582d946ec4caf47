package heroku

import (
	"context"
	"fmt"
	"slices"
	"strings"

	api "github.com/heroku/heroku-go/v6"

	"slipway/providers"
)

// Releases lists the releases that Heroku keeps, by what they run: the one that took the
// traffic last first. One that Heroku's own rollback followed is left out: so a release
// ends that did not come up.
func (p *Provider) Releases(ctx context.Context, spec providers.Spec) ([]providers.Release, error) {
	s, err := p.standing(ctx, spec)
	if err != nil {
		return nil, err
	}
	return s.kept(), nil
}

// kept are the releases of [Provider.Releases].
func (s *standing) kept() []providers.Release {
	var all []providers.Release
	var next *api.Release
	left := "" // the name of what was left, as long as the list goes on with it
	for i, r := range s.releases {
		if r.Status != succeeded || r.Slug == nil {
			continue
		}
		name := s.nameOf(r)
		switch {
		case next != nil && strings.HasPrefix(next.Description, "Rollback to v") && s.nameOf(*next) != name:
			left = name
		case left != name:
			left = ""
		}
		next = &s.releases[i]
		at := slices.IndexFunc(all, func(k providers.Release) bool { return k.Name == name })
		switch {
		case at >= 0:
			all[at].Served = r.CreatedAt // the list goes back in time
		case left == "":
			all = append(all, providers.Release{Name: name, Current: len(all) == 0, Served: r.CreatedAt})
		}
	}
	return all
}

// RollBack has Heroku run what an earlier release ran, with the variables of now. If it
// does not come up, the current one takes over again.
func (p *Provider) RollBack(ctx context.Context, spec providers.Spec, release string, report func(line string)) error {
	s, err := p.standing(ctx, spec)
	if err != nil {
		return err
	}
	current := s.current()
	if current != nil && s.nameOf(*current) == release {
		return nil
	}
	slug := ""
	var names []string
	for _, r := range s.kept() {
		names = append(names, r.Name)
	}
	for _, r := range s.releases {
		if r.Slug != nil && s.nameOf(r) == release && slices.Contains(names, release) {
			slug = r.Slug.ID
			break
		}
	}
	if slug == "" || current == nil {
		return &providers.Usage{Err: fmt.Errorf("there is no release %s of the app at Heroku", release), Next: "choose one of: " + strings.Join(names, ", ")}
	}
	made, err := p.releaseSlug(ctx, s, slug, "Go back to "+release, report)
	if err == nil {
		err = p.up(ctx, s.app, made, providers.Health{Path: "/"}, report)
	}
	if err != nil {
		return p.goBack(ctx, s.app, retreat{to: current}, err, report)
	}
	return nil
}

// releaseSlug makes a release of something that was built before, with the variables of
// now, and follows its release phase.
func (p *Provider) releaseSlug(ctx context.Context, s *standing, slug, description string, report func(string)) (*api.Release, error) {
	return p.release(ctx, s, slug, report, func(ctx context.Context) (*api.Release, error) {
		return p.api.ReleaseCreate(ctx, s.app.ID, api.ReleaseCreateOpts{Slug: slug, Description: &description})
	})
}

// rollBackTo makes a release that is as an earlier one was, with its variables, and
// follows its release phase.
func (p *Provider) rollBackTo(ctx context.Context, s *standing, to *api.Release, report func(string)) (*api.Release, error) {
	return p.release(ctx, s, to.Slug.ID, report, func(ctx context.Context) (*api.Release, error) {
		return p.api.ReleaseRollback(ctx, s.app.ID, api.ReleaseRollbackOpts{Release: to.ID})
	})
}

// release makes a release of a slug by a call that is sent once.
func (p *Provider) release(ctx context.Context, s *standing, slug string, report func(string), send func(ctx context.Context) (*api.Release, error)) (*api.Release, error) {
	newest := 0
	if len(s.releases) > 0 {
		newest = s.releases[0].Version
	}
	made, err := settled(ctx, p, "a release", send, func(ctx context.Context) (*api.Release, error) {
		all, err := p.releases(ctx, s.app)
		for i, r := range all {
			if r.Version > newest && r.Slug != nil && r.Slug.ID == slug {
				return &all[i], nil
			}
		}
		return nil, err
	})
	if err != nil {
		return nil, err
	}
	return p.followRelease(ctx, s.app, made.ID, report)
}
