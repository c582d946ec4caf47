package appplatform

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// deployments are those of an app, the newest first.
func (p *Provider) deployments(ctx context.Context, appID string) ([]*godo.Deployment, error) {
	all, err := account.EveryPage(ctx, p.api, "list the app's deployments", func(ctx context.Context, number int) ([]*godo.Deployment, *godo.Response, error) {
		return p.api.Apps.ListDeployments(ctx, appID, account.FullPage(number))
	})
	slices.SortStableFunc(all, func(a, b *godo.Deployment) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return all, err
}

// ended tells whether nothing happens to a deployment any more of itself.
func ended(d *godo.Deployment) bool {
	switch d.Phase {
	case godo.DeploymentPhase_Active, godo.DeploymentPhase_Superseded, godo.DeploymentPhase_Error, godo.DeploymentPhase_Canceled:
		return true
	}
	return false
}

// deploy gives an app a spec and follows its deployment until it takes the traffic. If one
// with this spec is under way, of an earlier run, it is followed.
func (p *Provider) deploy(ctx context.Context, app *godo.App, wanted *godo.AppSpec, report func(line string)) error {
	before, err := p.deployments(ctx, app.ID)
	if err != nil {
		return err
	}
	if len(before) > 0 && !ended(before[0]) && differs(before[0].Spec, wanted) == "" {
		report("a deployment of an earlier run is under way")
		return p.follow(ctx, app.ID, wanted, before[1:], report)
	}
	if differs(app.Spec, wanted) != "" {
		err = p.give(ctx, app, wanted)
	} else { // it has the spec, and does not run it
		_, _, err = p.api.Apps.CreateDeployment(ctx, app.ID, &godo.DeploymentCreateRequest{})
		if err = p.api.Plain(err); rest.IsUncertain(err) && ctx.Err() == nil {
			err = nil // the list tells whether it was made
		}
		err = p.failed("deploy the app", err)
	}
	if err != nil {
		return err
	}
	return p.follow(ctx, app.ID, wanted, before, report)
}

// give gives an app a spec. To do it twice is the same as once, but for a deployment more.
func (p *Provider) give(ctx context.Context, app *godo.App, wanted *godo.AppSpec) error {
	doing := "give the app " + wanted.Name + " its spec"
	_, _, err := p.api.Apps.Update(ctx, app.ID, &godo.AppUpdateRequest{Spec: wanted, UpdateAllSourceVersions: true})
	if err = p.api.Plain(err); !rest.IsUncertain(err) || ctx.Err() != nil {
		return p.failed(doing, err)
	}
	now, lookErr := p.appByID(ctx, app.ID)
	if lookErr != nil {
		return lookErr
	}
	if now != nil && differs(now.Spec, wanted) == "" {
		return nil
	}
	return p.failed(doing, err)
}

// follow waits for the deployment of a spec that is not among those of before, shows its
// phases, and returns once it takes the traffic.
func (p *Provider) follow(ctx context.Context, appID string, wanted *godo.AppSpec, before []*godo.Deployment, report func(line string)) error {
	var id string
	found, err := p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		all, err := p.deployments(ctx, appID)
		for _, d := range slices.Backward(all) {
			old := slices.ContainsFunc(before, func(b *godo.Deployment) bool { return b.ID == d.ID })
			if !old && differs(d.Spec, wanted) == "" {
				id = d.ID // the newest one counts
			}
		}
		return id != "", err
	})
	if err != nil {
		return err
	}
	if !found {
		return &providers.Failed{Err: fmt.Errorf("the app shows no deployment of its new spec after %s", p.api.Pace.Patience), Next: again}
	}
	return p.followDeployment(ctx, appID, id, report)
}

// phases are what App Platform does, for people.
var phases = map[godo.DeploymentPhase]string{
	godo.DeploymentPhase_PendingBuild:  "App Platform takes up the deployment",
	godo.DeploymentPhase_Building:      "App Platform fetches the image",
	godo.DeploymentPhase_PendingDeploy: "App Platform prepares the release",
	godo.DeploymentPhase_Deploying:     "App Platform starts the release beside the one before",
	godo.DeploymentPhase_Active:        "the release has the traffic",
}

// followDeployment shows a deployment's phases and steps until it has ended.
func (p *Provider) followDeployment(ctx context.Context, appID, id string, report func(line string)) error {
	var now *godo.Deployment
	told := map[string]bool{}
	tell := func(line string) {
		if line != "" && !told[line] {
			told[line] = true
			report(line)
		}
	}
	w := rest.Wait{What: "App Platform's deployment", Within: p.options.DeployWithin, Next: again, Report: report}
	err := p.api.Pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		d, err := account.Whole(p.api.Apps.GetDeployment(ctx, appID, id))
		if err = p.api.Plain(err); rest.IsNotFound(err) {
			return false, "it does not show yet", nil
		}
		if err != nil {
			return false, "", p.failed("follow the deployment", err)
		}
		now = d
		for _, s := range steps(d) {
			if s.Status == godo.DeploymentProgressStepStatus_Running && s.ComponentName != "" && s.MessageBase != "" {
				tell(rest.Shortened(s.MessageBase + " " + s.ComponentName))
			}
		}
		if d.Phase != godo.DeploymentPhase_Active {
			tell(phases[d.Phase])
		}
		return ended(d), "it is " + strings.ToLower(string(d.Phase)), nil
	})
	if err != nil {
		return err
	}
	if now.Phase != godo.DeploymentPhase_Active {
		return p.deploymentFailed(ctx, appID, now)
	}
	if err := p.untilServing(ctx, appID, id); err != nil {
		return err
	}
	tell(phases[now.Phase])
	return nil
}

// untilServing waits until an app shows that a deployment takes its traffic.
func (p *Provider) untilServing(ctx context.Context, appID, id string) error {
	w := rest.Wait{What: "the app to show its new deployment", Within: p.api.Pace.Patience + time.Minute, Next: again}
	return p.api.Pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		app, err := p.appByID(ctx, appID)
		if err != nil {
			return false, "", err
		}
		if app == nil {
			return false, "", &providers.Failed{Err: fmt.Errorf("the app was removed while it was deployed"), Next: again}
		}
		return app.ActiveDeployment != nil && app.ActiveDeployment.ID == id && app.LiveURL+app.DefaultIngress != "", "it shows the one before", nil
	})
}

// steps are all of a deployment, those within others too.
func steps(d *godo.Deployment) []*godo.DeploymentProgressStep {
	var all []*godo.DeploymentProgressStep
	var walk func(list []*godo.DeploymentProgressStep)
	walk = func(list []*godo.DeploymentProgressStep) {
		for _, s := range list {
			all = append(all, s)
			walk(s.Steps)
		}
	}
	if d.Progress != nil {
		walk(d.Progress.Steps)
	}
	return all
}
