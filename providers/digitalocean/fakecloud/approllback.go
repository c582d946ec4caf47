package fakecloud

import (
	"net/http"
	"reflect"
	"slices"

	"github.com/digitalocean/godo"
)

// revisionLimit is how many of the last deployments that served can be returned to.
const revisionLimit = 10

// condition is why a deployment can't be returned to.
type condition struct {
	Code       string   `json:"code"`
	Message    string   `json:"message"`
	Components []string `json:"components,omitempty"`
}

type rollbackCall struct {
	DeploymentID string `json:"deployment_id"`
	SkipPin      bool   `json:"skip_pin"`
}

// refusesRollback is why an app can't return to a deployment; nil if it can.
func (c *Cloud) refusesRollback(a *app, d *deployment) *condition {
	served := []string{}
	for _, one := range slices.Backward(a.Deployments) {
		if one.Served {
			served = append(served, one.ID)
		}
	}
	switch at := slices.Index(served, d.ID); {
	case a.Pinned != "":
		return &condition{Code: "app_pinned", Message: "the app is pinned to a deployment already"}
	case !d.finished():
		return &condition{Code: "incompatible_phase", Message: "the deployment is still in progress"}
	case at < 0:
		return &condition{Code: "incompatible_result", Message: "the deployment was not successful"}
	case at >= revisionLimit:
		return &condition{Code: "exceeded_revision_limit", Message: "the deployment is older than the last 10 successful ones"}
	case d.Spec.Region != a.Spec.Region:
		return &condition{Code: "region_conflict", Message: "the app has moved to another region since"}
	case !reflect.DeepEqual(d.Spec.Databases, a.Spec.Databases):
		return &condition{Code: "database_config_conflict", Message: "the app's databases have changed since"}
	}
	return nil
}

// rollbackOf reads a call's deployment, or answers what is wrong with it.
func (c *Cloud) rollbackOf(k *call, a *app) (*deployment, rollbackCall) {
	var ask rollbackCall
	if !k.read(&ask) {
		return nil, ask
	}
	d := a.deployment(ask.DeploymentID)
	if d == nil {
		k.notFound()
	}
	return d, ask
}

func (c *Cloud) validateRollback(k *call, a *app) {
	d, _ := c.rollbackOf(k, a)
	if d == nil {
		return
	}
	answer := map[string]any{"valid": true, "warnings": []condition{}}
	if why := c.refusesRollback(a, d); why != nil {
		answer["valid"], answer["error"] = false, why
	}
	k.answer(http.StatusOK, answer)
}

func (c *Cloud) rollBack(k *call, a *app) {
	d, ask := c.rollbackOf(k, a)
	if d == nil {
		return
	}
	if why := c.refusesRollback(a, d); why != nil {
		k.fail(http.StatusBadRequest, "bad_request", "can't roll back: "+why.Message)
		return
	}
	before := a.Spec
	a.Spec = copySpec(d.Spec)
	made := c.deploy(a, "rollback")
	made.ClonedFrom = d.ID
	if !ask.SkipPin {
		a.Pinned, a.Before = made.ID, before
	}
	k.answer(http.StatusOK, map[string]any{"deployment": made.json()})
}

func (c *Cloud) commitRollback(k *call, a *app) {
	if c.unpinned(k, a) {
		return
	}
	if d := a.deployment(a.Pinned); d.Phase != godo.DeploymentPhase_Active {
		k.fail(http.StatusBadRequest, "bad_request", "the rollback's deployment is not active")
		return
	}
	a.Pinned, a.Before, a.UpdatedAt = "", nil, c.now()
	k.answer(http.StatusOK, nil)
}

func (c *Cloud) revertRollback(k *call, a *app) {
	if c.unpinned(k, a) {
		return
	}
	a.Spec, a.Pinned, a.Before = a.Before, "", nil
	k.answer(http.StatusOK, map[string]any{"deployment": c.deploy(a, "rollback reverted").json()})
}

// unpinned refuses a call that needs a rollback that is under way.
func (c *Cloud) unpinned(k *call, a *app) bool {
	if a.Pinned != "" {
		return false
	}
	k.fail(http.StatusBadRequest, "bad_request", "the app is not pinned to a rollback")
	return true
}
