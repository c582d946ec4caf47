package heroku

import (
	"context"
	"fmt"
	"time"

	"slipway/providers"
	"slipway/providers/rest"
)

// Destroy removes the app, with which Heroku removes its dynos and its add-ons, and
// waits until it is gone. An app that has the deployment's name but neither its mark nor
// anything else that shows whose it is, is refused.
func (p *Provider) Destroy(ctx context.Context, spec providers.Spec, report func(line string)) error {
	app, err := p.app(ctx, spec, time.Time{})
	if err != nil || app == nil {
		return err
	}
	addOns, err := p.addOns(ctx, app)
	if err != nil {
		return err
	}
	_, err = p.api.AppDelete(ctx, app.ID)
	if err = p.plain(err); err != nil && !rest.IsNotFound(err) && !rest.IsUncertain(err) {
		return p.failed("remove the app "+app.Name, err)
	}
	asked := err
	w := rest.Wait{What: "the app " + app.Name + " to be removed", Within: time.Minute, Report: report,
		Next: "run the same command again, or: heroku apps:destroy " + app.Name}
	err = p.pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		_, err := p.api.AppInfo(ctx, app.ID)
		if err = p.plain(err); rest.IsNotFound(err) {
			return true, "", nil
		}
		if err == nil && rest.IsUncertain(asked) {
			return false, "", p.failed("remove the app "+app.Name, asked)
		}
		return false, "it still exists", p.failed("look whether the app "+app.Name+" is gone", err)
	})
	if err != nil {
		return err
	}
	p.made = ""
	for _, a := range addOns {
		report(fmt.Sprintf("removed the add-on %s (%s)", a.Name, a.Plan.Name))
	}
	report("removed the app " + app.Name)
	return nil
}
