package fakecloud

import (
	"net/http"
	"slices"
	"time"

	"github.com/digitalocean/godo"
)

// app is an app of App Platform. Its spec is as the API answers it: defaults filled in,
// secrets encrypted.
type app struct {
	ID        string        `json:"id"`
	Spec      *godo.AppSpec `json:"spec"`
	ProjectID string        `json:"project_id"`
	CreatedAt time.Time     `json:"created_at"`
	UpdatedAt time.Time     `json:"updated_at"`
	ListedAt  time.Time     `json:"listed_at"`
	// Deployments are all that there were, oldest first.
	Deployments []*deployment `json:"deployments"`
	// Active is the deployment that takes the traffic, Pinned the rollback that holds off
	// others, Before the spec that its revert goes back to.
	Active string        `json:"active"`
	Pinned string        `json:"pinned"`
	Before *godo.AppSpec `json:"before,omitempty"`
	// Alerts are where alerts go, by the alert's ID.
	Alerts map[string]*alertDestinations `json:"alerts"`
	// Records are the domains of the DNS records that it made, by the records' numbers.
	Records map[int]string `json:"records,omitempty"`
}

// appCall is the body of the calls that bring a spec.
type appCall struct {
	Spec      *godo.AppSpec `json:"spec"`
	ProjectID string        `json:"project_id"`
	AppID     string        `json:"app_id"`
}

// appHandlers are the calls about apps.
func (c *Cloud) appHandlers() map[string]func(*call) {
	return map[string]func(*call){
		"GET /v2/apps":                             c.listApps,
		"POST /v2/apps":                            c.createApp,
		"POST /v2/apps/propose":                    c.proposeApp,
		"GET /v2/apps/regions":                     c.listAppRegions,
		"GET /v2/apps/tiers/instance_sizes":        c.listInstanceSizes,
		"GET /v2/apps/tiers/instance_sizes/{slug}": c.getInstanceSize,
		"GET /v2/apps/{id}":                        c.onApp(c.getApp),
		"PUT /v2/apps/{id}":                        c.onApp(c.updateApp),
		"DELETE /v2/apps/{id}":                     c.onApp(c.deleteApp),

		"GET /v2/apps/{id}/instances":                       c.onApp(c.listInstances),
		"GET /v2/apps/{id}/health":                          c.onApp(c.getHealth),
		"POST /v2/apps/{id}/restart":                        c.onApp(c.restartApp),
		"GET /v2/apps/{id}/alerts":                          c.onApp(c.listAlerts),
		"POST /v2/apps/{id}/alerts/{alert_id}/destinations": c.onApp(c.updateAlert),

		"GET /v2/apps/{id}/deployments":                                          c.onApp(c.listDeployments),
		"POST /v2/apps/{id}/deployments":                                         c.onApp(c.createDeployment),
		"GET /v2/apps/{id}/deployments/{deployment}":                             c.onApp(c.getDeployment),
		"POST /v2/apps/{id}/deployments/{deployment}/cancel":                     c.onApp(c.cancelDeployment),
		"GET /v2/apps/{id}/logs":                                                 c.onApp(c.getLogs),
		"GET /v2/apps/{id}/deployments/{deployment}/logs":                        c.onApp(c.getLogs),
		"GET /v2/apps/{id}/deployments/{deployment}/components/{component}/logs": c.onApp(c.getLogs),
		"GET /v2/apps/{id}/deployments/{deployment}/components/{component}/exec": c.onApp(c.getExec),

		"POST /v2/apps/{id}/rollback":          c.onApp(c.rollBack),
		"POST /v2/apps/{id}/rollback/validate": c.onApp(c.validateRollback),
		"POST /v2/apps/{id}/rollback/commit":   c.onApp(c.commitRollback),
		"POST /v2/apps/{id}/rollback/revert":   c.onApp(c.revertRollback),
	}
}

// onApp is a handler of a call about an app that must be there.
func (c *Cloud) onApp(handle func(*call, *app)) func(*call) {
	return func(k *call) {
		if a := c.appByID(k.path("id")); a != nil {
			handle(k, a)
			return
		}
		k.notFound()
	}
}

func (c *Cloud) appByID(id string) *app {
	for _, a := range c.state.Apps {
		if a.ID == id {
			return a
		}
	}
	return nil
}

func (c *Cloud) appByName(name string) *app {
	for _, a := range c.state.Apps {
		if a.Spec.Name == name {
			return a
		}
	}
	return nil
}

func (c *Cloud) listApps(k *call) {
	list := []map[string]any{}
	for _, a := range c.state.Apps {
		if !c.now().Before(a.ListedAt) {
			list = append(list, c.appJSON(a))
		}
	}
	page(k, "apps", list)
}

func (c *Cloud) getApp(k *call, a *app) {
	k.answer(http.StatusOK, map[string]any{"app": c.appJSON(a)})
}

func (c *Cloud) createApp(k *call) {
	ask, ok := c.readSpec(k)
	if !ok {
		return
	}
	if c.appByName(ask.Spec.Name) != nil {
		k.fail(http.StatusConflict, "conflict", "app with name \""+ask.Spec.Name+"\" already exists")
		return
	}
	if limit := c.faults.AppLimit; limit > 0 && len(c.state.Apps) >= limit {
		k.fail(http.StatusForbidden, "forbidden", "you have reached the limit of apps on your account")
		return
	}
	now := c.now()
	a := &app{
		ID: c.nextUUID(), Spec: ask.Spec, ProjectID: ask.ProjectID, CreatedAt: now, UpdatedAt: now,
		ListedAt: now.Add(c.faults.ListLag), Alerts: map[string]*alertDestinations{},
	}
	c.state.Apps = append(c.state.Apps, a)
	if a.ProjectID != "" {
		c.state.Assigned[a.ProjectID] = append(c.state.Assigned[a.ProjectID],
			assignedThing{URN: "do:app:" + a.ID, AssignedAt: stamp(now), Status: "ok"})
	}
	c.deploy(a, "initial deployment")
	k.answer(http.StatusOK, map[string]any{"app": c.appJSON(a)})
}

// readSpec reads a call's spec, fills in what it leaves open and encrypts its secrets. A
// spec that is refused is answered.
func (c *Cloud) readSpec(k *call) (appCall, bool) {
	var ask appCall
	if !k.read(&ask) {
		return ask, false
	}
	if ask.Spec == nil {
		k.fail(http.StatusBadRequest, "bad_request", "missing app spec")
		return ask, false
	}
	if why := c.refusesSpec(ask.Spec); why != "" {
		k.fail(http.StatusBadRequest, "bad_request", "error validating app spec: "+why)
		return ask, false
	}
	complete(ask.Spec)
	c.encrypt(ask.Spec)
	return ask, true
}

func (c *Cloud) updateApp(k *call, a *app) {
	ask, ok := c.readSpec(k)
	if !ok || c.pinned(k, a) {
		return
	}
	if other := c.appByName(ask.Spec.Name); other != nil && other != a {
		k.fail(http.StatusConflict, "conflict", "app with name \""+ask.Spec.Name+"\" already exists")
		return
	}
	a.Spec, a.UpdatedAt = ask.Spec, c.now()
	c.deploy(a, "app spec updated")
	k.answer(http.StatusOK, map[string]any{"app": c.appJSON(a)})
}

// pinned refuses a call that would deploy while a rollback is neither committed nor
// reverted.
func (c *Cloud) pinned(k *call, a *app) bool {
	if a.Pinned == "" {
		return false
	}
	k.fail(http.StatusConflict, "conflict", "app is pinned to deployment "+a.Pinned+": commit or revert the rollback first")
	return true
}

func (c *Cloud) deleteApp(k *call, a *app) {
	if d := a.unfinished(); d != nil {
		c.end(a, d, godo.DeploymentPhase_Canceled)
	}
	c.state.Apps = slices.DeleteFunc(c.state.Apps, func(o *app) bool { return o == a })
	for id, list := range c.state.Assigned {
		c.state.Assigned[id] = slices.DeleteFunc(list, func(t assignedThing) bool { return t.URN == "do:app:"+a.ID })
	}
	c.disconnectDomains(a, nil)
	c.removeApp(a)
	k.answer(http.StatusOK, map[string]any{"id": a.ID})
}

func (c *Cloud) proposeApp(k *call) {
	ask, ok := c.readSpec(k)
	if !ok {
		return
	}
	other := c.appByName(ask.Spec.Name)
	free := other == nil || other.ID == ask.AppID
	answer := map[string]any{
		"app_is_static": false, "app_name_available": free, "spec": ask.Spec, "app_cost": int(monthly(ask.Spec)), "existing_static_apps": "0",
	}
	if !free {
		answer["app_name_suggestion"] = ask.Spec.Name[:min(len(ask.Spec.Name), 29)] + "-2"
	}
	k.answer(http.StatusOK, answer)
}
