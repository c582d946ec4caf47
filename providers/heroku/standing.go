package heroku

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	api "github.com/heroku/heroku-go/v6"

	"slipway/providers"
)

// The states of builds and releases.
const (
	pending   = "pending"
	succeeded = "succeeded"
)

// standing is what an app has been given by now.
type standing struct {
	app *api.App
	// builds and releases are the newest first.
	builds   []api.Build
	releases []api.Release
}

// standing looks at the deployment's app. Without one the error is ErrNoApp.
func (p *Provider) standing(ctx context.Context, spec providers.Spec) (*standing, error) {
	app, err := p.app(ctx, spec, time.Time{})
	if err != nil {
		return nil, err
	}
	if app == nil {
		return nil, providers.ErrNoApp
	}
	s := &standing{app: app}
	if s.builds, err = list[api.Build](ctx, p, "list the app's builds", "/apps/"+app.ID+"/builds"); err != nil {
		return nil, err
	}
	if s.releases, err = p.releases(ctx, app); err != nil {
		return nil, err
	}
	slices.SortStableFunc(s.builds, func(a, b api.Build) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return s, nil
}

// releases are those of an app, the newest first.
func (p *Provider) releases(ctx context.Context, app *api.App) ([]api.Release, error) {
	all, err := list[api.Release](ctx, p, "list the app's releases", "/apps/"+app.ID+"/releases")
	slices.SortFunc(all, func(a, b api.Release) int { return cmp.Compare(b.Version, a.Version) })
	return all, err
}

// current is the release that the dynos run: the newest that came to be and has
// something to run. It is nil if there is none.
func (s *standing) current() *api.Release {
	for i, r := range s.releases {
		if r.Status == succeeded {
			if r.Slug == nil {
				return nil
			}
			return &s.releases[i]
		}
	}
	return nil
}

// before is the newest release that came to be and that runs something else than a
// release of that name; nil if there is none.
func (s *standing) before(name string) *api.Release {
	for i, r := range s.releases {
		if r.Status == succeeded && r.Slug != nil && s.nameOf(r) != name {
			return &s.releases[i]
		}
	}
	return nil
}

// nameOf is what a release of Heroku's is called: the version that its build was given,
// which is the App's Release, else Heroku's own name: "v12".
func (s *standing) nameOf(r api.Release) string {
	for _, b := range s.builds {
		if r.Slug != nil && b.Slug != nil && b.Slug.ID == r.Slug.ID && b.SourceBlob.Version != nil && *b.SourceBlob.Version != "" {
			return *b.SourceBlob.Version
		}
	}
	return fmt.Sprintf("v%d", r.Version)
}

// build is the newest build of an App's Release that did not fail; nil if there is
// none.
func (s *standing) build(release string) *api.Build {
	for i, b := range s.builds {
		if b.SourceBlob.Version != nil && *b.SourceBlob.Version == release && (b.Status == pending || b.Status == succeeded && b.Slug != nil) {
			return &s.builds[i]
		}
	}
	return nil
}

// of is a release by its identifier; nil if it does not show.
func (s *standing) of(id string) *api.Release {
	for i := range s.releases {
		if s.releases[i].ID == id {
			return &s.releases[i]
		}
	}
	return nil
}
