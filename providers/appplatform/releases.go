package appplatform

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// kept is a release that can take the traffic, and the newest deployment that runs it.
type kept struct {
	providers.Release
	deployment *godo.Deployment
}

// mostBack is how many deployments App Platform can go back.
const mostBack = 10

// keptReleases are the releases to which the app can go back, and the current one. all are
// the app's deployments, the newest first.
func keptReleases(app *godo.App, all []*godo.Deployment) []kept {
	var found []kept
	served := 0
	for _, d := range all {
		current := app.ActiveDeployment != nil && app.ActiveDeployment.ID == d.ID
		if !current && d.Phase != godo.DeploymentPhase_Superseded || !took(d) {
			continue
		}
		if served++; served > mostBack && !current {
			break
		}
		name := variableOf(d.Spec, ReleaseVariable)
		if name == "" {
			name = d.ID // somebody else made it
		}
		at := slices.IndexFunc(found, func(k kept) bool { return k.Name == name })
		if at >= 0 {
			found[at].Served = d.CreatedAt // the list goes back in time
			continue
		}
		// What makes the tables of a database must not run again.
		if !current && variableOf(d.Spec, firstVariable) != "" {
			continue
		}
		found = append(found, kept{providers.Release{Name: name, Current: current, Served: d.CreatedAt}, d})
	}
	return found
}

// took tells whether a deployment ever took the traffic: one that another took the place
// of before it was through has steps that did not end.
func took(d *godo.Deployment) bool {
	return d.Phase == godo.DeploymentPhase_Active || d.Progress == nil || d.Progress.TotalSteps == 0 || d.Progress.SuccessSteps == d.Progress.TotalSteps
}

// Releases lists the releases to which App Platform can go back, the one that took the
// traffic last first.
func (p *Provider) Releases(ctx context.Context, spec providers.Spec) ([]providers.Release, error) {
	app, err := p.serving(ctx, spec)
	if err != nil {
		return nil, err
	}
	all, err := p.deployments(ctx, app.ID)
	if err != nil {
		return nil, err
	}
	var releases []providers.Release
	for _, k := range keptReleases(app, all) {
		releases = append(releases, k.Release)
	}
	return releases, nil
}

// RollBack has App Platform run an earlier release again, as it ran and with the variables
// that it had. App Platform is asked first whether it can; the current release stays until
// the other one is healthy. Then the way is free for the next deployment.
func (p *Provider) RollBack(ctx context.Context, spec providers.Spec, release string, report func(line string)) error {
	app, err := p.serving(ctx, spec)
	if err != nil {
		return err
	}
	if app, err = p.unpin(ctx, spec, app, report); err != nil {
		return err
	}
	all, err := p.deployments(ctx, app.ID)
	if err != nil {
		return err
	}
	var names []string
	var to *kept
	for _, k := range keptReleases(app, all) {
		names = append(names, k.Name)
		if k.Name == release {
			to = &k
		}
	}
	switch {
	case to == nil:
		return &providers.Usage{Err: fmt.Errorf("there is no release %s to which App Platform can go back", release), Next: "name one of these: " + strings.Join(names, ", ")}
	case to.Current:
		report("release " + release + " has the traffic already")
		return nil
	}
	if err := p.validateRollback(ctx, app, to, report); err != nil {
		return err
	}
	return p.rollBack(ctx, spec, app, to, all, report)
}

// rollbackRequest is what the calls about rollbacks take. godo has none of them.
type rollbackRequest struct {
	DeploymentID string `json:"deployment_id"`
}

// condition is why App Platform can't go back, or what it warns of.
type condition struct{ Code, Message string }

func (p *Provider) validateRollback(ctx context.Context, app *godo.App, to *kept, report func(line string)) error {
	var answer struct {
		Valid    bool
		Error    *condition
		Warnings []condition
	}
	if err := p.call(ctx, app.ID, "rollback/validate", rollbackRequest{to.deployment.ID}, &answer); err != nil {
		return p.failed("ask whether App Platform can go back to release "+to.Name, err)
	}
	for _, w := range answer.Warnings {
		report("App Platform warns: " + rest.Shortened(w.Message))
	}
	if answer.Valid {
		return nil
	}
	why := "it does not say why"
	if answer.Error != nil {
		why = fmt.Sprintf("%s (%s)", rest.Shortened(answer.Error.Message), rest.Shortened(answer.Error.Code))
	}
	return &providers.Refused{Err: fmt.Errorf("there is no way back to release %s, says App Platform: %s", to.Name, why), Next: "deploy the source of that release again, or go back to another"}
}

// rollBack goes back and follows the deployment. The call is sent once; if its answer is
// lost, the list of deployments tells whether it was carried out.
func (p *Provider) rollBack(ctx context.Context, spec providers.Spec, app *godo.App, to *kept, before []*godo.Deployment, report func(line string)) error {
	doing := "go back to release " + to.Name
	var answer struct{ Deployment *godo.Deployment }
	err := p.api.Plain(p.call(ctx, app.ID, "rollback", rollbackRequest{to.deployment.ID}, &answer))
	if err != nil && (!rest.IsUncertain(err) || ctx.Err() != nil) {
		return p.failed(doing, err)
	}
	if answer.Deployment != nil {
		err = p.followDeployment(ctx, app.ID, answer.Deployment.ID, report)
	} else {
		err = p.follow(ctx, app.ID, to.deployment.Spec, before, report)
	}
	if ctx.Err() != nil {
		return err
	}
	// The app is pinned now: that must not stay, whatever came of it.
	_, unpinErr := p.unpin(ctx, spec, app, report)
	return errors.Join(err, unpinErr)
}

// unpin ends a rollback that holds off other deployments: one whose release took the
// traffic is committed, any other reverted.
func (p *Provider) unpin(ctx context.Context, spec providers.Spec, app *godo.App, report func(line string)) (*godo.App, error) {
	now, err := p.appByID(ctx, app.ID)
	if err != nil || now == nil || now.PinnedDeployment == nil {
		return now, err
	}
	pinned := now.PinnedDeployment.ID
	if d, err := account.Whole(p.api.Apps.GetDeployment(ctx, app.ID, pinned)); err == nil && !ended(d) {
		// What an earlier run began. Whether it comes up decides what is done.
		if err := p.followDeployment(ctx, app.ID, pinned, report); ctx.Err() != nil {
			return nil, err
		}
		if now, err = p.appByID(ctx, app.ID); err != nil || now == nil || now.PinnedDeployment == nil {
			return now, err
		}
	}
	step := "rollback/revert"
	if now.ActiveDeployment != nil && now.ActiveDeployment.ID == pinned {
		step = "rollback/commit"
	}
	before, err := p.deployments(ctx, app.ID)
	if err != nil {
		return nil, err
	}
	var answer struct{ Deployment *godo.Deployment }
	if err := p.settle(ctx, app.ID, step, &answer); err != nil {
		return nil, err
	}
	if step == "rollback/revert" {
		report("the release did not come up: going back to the one before")
		if answer.Deployment != nil {
			err = p.followDeployment(ctx, app.ID, answer.Deployment.ID, report)
		} else if now.ActiveDeployment != nil {
			err = p.follow(ctx, app.ID, now.ActiveDeployment.Spec, before, report)
		}
		if err != nil {
			return nil, err
		}
	}
	return p.app(ctx, spec)
}

// settle sends a call that ends a rollback. If its answer is lost, the app tells whether it
// was carried out.
func (p *Provider) settle(ctx context.Context, appID, step string, answer any) error {
	err := p.api.Plain(p.call(ctx, appID, step, nil, answer))
	if rest.IsUncertain(err) && ctx.Err() == nil {
		now, lookErr := p.appByID(ctx, appID)
		if lookErr != nil {
			return lookErr
		}
		if now != nil && now.PinnedDeployment == nil {
			return nil
		}
	}
	return p.failed("end the rollback", err)
}

// call is a call about an app that godo has no method for.
func (p *Provider) call(ctx context.Context, appID, step string, body, answer any) error {
	request, err := p.api.NewRequest(ctx, http.MethodPost, "/v2/apps/"+appID+"/"+step, body)
	if err != nil {
		return err
	}
	_, err = p.api.Do(ctx, request, answer)
	return err
}
