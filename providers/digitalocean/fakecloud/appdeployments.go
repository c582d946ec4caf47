package fakecloud

import (
	"net/http"
	"slices"
	"time"

	"github.com/digitalocean/godo"
)

// deployment is an attempt to bring a spec into operation.
type deployment struct {
	ID         string               `json:"id"`
	Spec       *godo.AppSpec        `json:"spec"`
	Phase      godo.DeploymentPhase `json:"phase"`
	Cause      string               `json:"cause"`
	ClonedFrom string               `json:"cloned_from,omitempty"`
	Previous   string               `json:"previous,omitempty"`
	CreatedAt  time.Time            `json:"created_at"`
	PhaseAt    time.Time            `json:"phase_at"`
	Steps      []*step              `json:"steps"`
	// Fails is how the deployment is to fail, Displaced that another takes its place: both
	// are faults.
	Fails     *AppFailure `json:"fails,omitempty"`
	Displaced bool        `json:"displaced,omitempty"`
	// Served tells that it took the traffic once.
	Served bool `json:"served"`
}

// finished tells whether nothing happens to a deployment any more of itself.
func (d *deployment) finished() bool {
	switch d.Phase {
	case godo.DeploymentPhase_Active, godo.DeploymentPhase_Superseded, godo.DeploymentPhase_Error, godo.DeploymentPhase_Canceled:
		return true
	}
	return false
}

// unfinished is the deployment that is under way; nil if none is.
func (a *app) unfinished() *deployment {
	if n := len(a.Deployments); n > 0 && !a.Deployments[n-1].finished() {
		return a.Deployments[n-1]
	}
	return nil
}

func (a *app) deployment(id string) *deployment {
	for _, d := range a.Deployments {
		if d.ID == id && id != "" {
			return d
		}
	}
	return nil
}

// deploy makes a deployment of the app's spec. One that is still under way is superseded.
func (c *Cloud) deploy(a *app, cause string) *deployment {
	if d := a.unfinished(); d != nil {
		c.end(a, d, godo.DeploymentPhase_Superseded)
	}
	now := c.now()
	d := &deployment{
		ID: c.nextUUID(), Spec: copySpec(a.Spec), Phase: godo.DeploymentPhase_PendingBuild, Cause: cause, Previous: a.Active,
		CreatedAt: now, PhaseAt: now, Steps: stepsOf(a.Spec), Fails: c.deploymentFault(a.Spec),
	}
	d.Displaced = c.strikes("displaced", c.faults.Superseded)
	a.Deployments = append(a.Deployments, d)
	c.startApp(a, d)
	return d
}

// deploymentFault is how the next deployment is to fail; nil if it is not.
func (c *Cloud) deploymentFault(spec *godo.AppSpec) *AppFailure {
	all := components(spec)
	first := all[0].name
	serving := all[slices.IndexFunc(all, func(o component) bool { return !o.preDeploy || len(all) == 1 })].name
	switch {
	case c.strikes("image-missing", c.faults.ImageMissing) || c.lacksImage(all):
		return &AppFailure{Component: first, Phase: godo.DeploymentPhase_Building, Code: CodeImageNotFound, Message: "The image could not be found in the registry."}
	case c.strikes("job-fails", c.faults.JobFails):
		return &AppFailure{Component: first, Phase: godo.DeploymentPhase_Deploying, Code: CodeExitNonZero, Message: "Your container exited with a non-zero exit code."}
	case c.strikes("unhealthy", c.faults.Unhealthy):
		return &AppFailure{Component: serving, Phase: godo.DeploymentPhase_Deploying, Code: CodeHealthChecks, Message: "Your container did not respond to health checks."}
	}
	return nil
}

// lacksImage tells whether the account's registry does not have an image of a component's.
// An account without a registry has none to look in.
func (c *Cloud) lacksImage(all []component) bool {
	return c.state.Registry != nil && slices.ContainsFunc(all, func(one component) bool {
		return one.image.RegistryType == godo.ImageSourceSpecRegistryType_DOCR &&
			!c.hasImage(one.image.Repository, or(or(one.image.Digest, one.image.Tag), "latest"))
	})
}

// order is in which order a deployment that succeeds passes its phases.
var order = []godo.DeploymentPhase{
	godo.DeploymentPhase_PendingBuild, godo.DeploymentPhase_Building, godo.DeploymentPhase_PendingDeploy,
	godo.DeploymentPhase_Deploying, godo.DeploymentPhase_Active,
}

// settleApps brings deployments that nothing runs to where they are by now: a fifth of the
// time for the image, the rest for its start.
func (c *Cloud) settleApps() {
	for _, a := range c.state.Apps {
		if d := a.unfinished(); d != nil && c.options.Apps == nil {
			since, whole := c.now().Sub(d.CreatedAt)-c.faults.PendingFor, c.options.BootTime
			for i, share := range []float64{0, 0.1, 0.15, 0.2, 1} {
				if since.Seconds() >= whole.Seconds()*share && !d.finished() {
					c.reach(a, d, order[i])
				}
			}
		}
	}
}

// reach brings a deployment to a phase, over those before it. It stops where the
// deployment is to fail.
func (c *Cloud) reach(a *app, d *deployment, phase godo.DeploymentPhase) {
	for at := slices.Index(order, d.Phase) + 1; at > 0 && at <= slices.Index(order, phase); at++ {
		now := c.now()
		if f := d.Fails; f != nil && d.Phase == f.Phase {
			c.failed(a, d, f)
			return
		}
		if d.Displaced && d.Phase == godo.DeploymentPhase_Deploying {
			c.deploy(a, "manual")
			return
		}
		d.Phase, d.PhaseAt = order[at], now
		d.stepsFollow(now)
	}
	if d.Phase != godo.DeploymentPhase_Active || d.Served {
		return
	}
	if before := a.deployment(a.Active); before != nil {
		before.Phase, before.PhaseAt = godo.DeploymentPhase_Superseded, c.now()
	}
	d.Served, a.Active = true, d.ID
	c.connectDomains(a)
}

// failed ends a deployment with an error. What served before goes on.
func (c *Cloud) failed(a *app, d *deployment, f *AppFailure) {
	d.stepFails(f, c.now())
	c.end(a, d, godo.DeploymentPhase_Error)
}

// end ends a deployment that did not become active.
func (c *Cloud) end(a *app, d *deployment, phase godo.DeploymentPhase) {
	d.Phase, d.PhaseAt = phase, c.now()
	c.stopApp(a, d)
}

func (c *Cloud) listDeployments(k *call, a *app) {
	list := []map[string]any{}
	for _, d := range slices.Backward(a.Deployments) {
		list = append(list, d.json())
	}
	page(k, "deployments", list)
}

// onDeployment finds the deployment of a call's path, or answers that there is none.
func onDeployment(k *call, a *app) *deployment {
	d := a.deployment(k.path("deployment"))
	if d == nil {
		k.notFound()
	}
	return d
}

func (c *Cloud) getDeployment(k *call, a *app) {
	if d := onDeployment(k, a); d != nil {
		k.answer(http.StatusOK, map[string]any{"deployment": d.json()})
	}
}

func (c *Cloud) createDeployment(k *call, a *app) {
	if c.pinned(k, a) {
		return
	}
	k.answer(http.StatusOK, map[string]any{"deployment": c.deploy(a, "manual").json()})
}

func (c *Cloud) restartApp(k *call, a *app) {
	if c.pinned(k, a) {
		return
	}
	k.answer(http.StatusOK, map[string]any{"deployment": c.deploy(a, "restart").json()})
}

func (c *Cloud) cancelDeployment(k *call, a *app) {
	d := onDeployment(k, a)
	if d == nil {
		return
	}
	if d.finished() {
		k.fail(http.StatusBadRequest, "bad_request", "deployment is not in progress")
		return
	}
	c.end(a, d, godo.DeploymentPhase_Canceled)
	k.answer(http.StatusOK, map[string]any{"deployment": d.json()})
}
