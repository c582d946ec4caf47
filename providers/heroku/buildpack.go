package heroku

import (
	"context"

	api "github.com/heroku/heroku-go/v6"
)

// pythonBuildpack is Heroku's own, by its name in the registry.
var pythonBuildpack = "heroku/python"

// chooseBuildpack has the build take Heroku's buildpack for Python, unless the app's owner
// has chosen buildpacks: else Heroku would take an app with a package.json for one of
// Node.js.
func (p *Provider) chooseBuildpack(ctx context.Context, app *api.App, o *api.BuildCreateOpts) error {
	chosen, err := p.api.BuildpackInstallationList(ctx, app.ID, nil)
	if err != nil {
		return p.failed("look at the buildpacks of app "+app.Name, err)
	}
	if len(chosen) > 0 {
		return nil
	}
	o.Buildpacks = append(o.Buildpacks, &struct {
		Name *string `json:"name,omitempty" url:"name,omitempty,key"`
		URL  *string `json:"url,omitempty" url:"url,omitempty,key"`
	}{Name: &pythonBuildpack})
	return nil
}
