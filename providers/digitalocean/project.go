package digitalocean

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
)

// projectResource is the droplet's place in a project. Firewalls and SSH keys can't
// be in a project.
type projectResource struct {
	p    *Provider
	spec providers.Spec
}

func (r *projectResource) Kind() string           { return "project" }
func (r *projectResource) Title() string          { return "the place in project " + r.p.options.Project }
func (r *projectResource) Phase() providers.Phase { return providers.PhaseBoot }

// Look tells whether the project lists the droplet.
func (r *projectResource) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	missing := providers.Finding{Changes: []providers.Change{{What: "put the droplet into project " + r.p.options.Project}}}
	project, err := r.p.project(ctx)
	if err != nil {
		return providers.Finding{}, err
	}
	d, err := r.p.firstDroplet(ctx, r.spec)
	if err != nil || d == nil {
		return missing, err
	}
	in, err := account.EveryPage(ctx, r.p.api, "list the project's resources", func(ctx context.Context, n int) ([]godo.ProjectResource, *godo.Response, error) {
		return r.p.api.Projects.ListResources(ctx, project.ID, account.FullPage(n))
	})
	if err != nil || !slices.ContainsFunc(in, func(o godo.ProjectResource) bool { return o.URN == d.URN() }) {
		return missing, err
	}
	return providers.Finding{Holds: true, Detail: project.Name}, nil
}

// Make assigns the droplet to the project. To do it twice is the same as once.
func (r *projectResource) Make(ctx context.Context, _ func(string)) error {
	project, err := r.p.project(ctx)
	if err != nil {
		return err
	}
	d, err := r.p.firstDroplet(ctx, r.spec)
	if err != nil {
		return err
	}
	if d == nil {
		return fmt.Errorf("put the droplet into project %s: %w", project.Name, providers.ErrNoServer)
	}
	_, _, err = r.p.api.Projects.AssignResources(ctx, project.ID, d.URN())
	return r.p.api.Failed("put the droplet into project "+project.Name, r.p.api.Plain(err))
}

// project finds the project of the options, by name or UUID.
func (p *Provider) project(ctx context.Context) (*godo.Project, error) {
	all, err := account.EveryPage(ctx, p.api, "list the projects", func(ctx context.Context, n int) ([]godo.Project, *godo.Response, error) {
		return p.api.Projects.List(ctx, account.FullPage(n))
	})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, o := range all {
		if o.ID == p.options.Project || o.Name == p.options.Project {
			return &o, nil
		}
		names = append(names, o.Name)
	}
	return nil, &providers.Usage{
		Err:  fmt.Errorf("the account has no project %q", p.options.Project),
		Next: "choose one of: " + strings.Join(names, ", "),
	}
}
