package fakecloud

import (
	"time"

	"github.com/digitalocean/godo"
)

// step is a step of a deployment, which has none below it.
type step struct {
	Group     string                            `json:"group"`
	Component string                            `json:"component,omitempty"`
	Name      string                            `json:"name"`
	Message   string                            `json:"message"`
	Status    godo.DeploymentProgressStepStatus `json:"status"`
	Started   *time.Time                        `json:"started,omitempty"`
	Ended     *time.Time                        `json:"ended,omitempty"`
	Code      string                            `json:"code,omitempty"`
	Reason    string                            `json:"reason,omitempty"`
}

// The groups of a deployment's steps.
const (
	groupBuild  = "build"
	groupDeploy = "deploy"
)

// stepsOf are the steps of a spec's deployment, all of them pending.
func stepsOf(spec *godo.AppSpec) []*step {
	steps := []*step{{Group: groupBuild, Name: "initialize"}}
	all := components(spec)
	for _, one := range all {
		steps = append(steps, &step{Group: groupBuild, Component: one.name, Name: one.name, Message: "Pulling image for " + kindWord(one)})
	}
	steps = append(steps, &step{Group: groupDeploy, Name: "initialize"})
	for _, one := range all {
		message := "Deploying " + kindWord(one)
		if one.kind == kindJob {
			message = "Running " + kindWord(one)
		}
		steps = append(steps, &step{Group: groupDeploy, Component: one.name, Name: one.name, Message: message})
	}
	steps = append(steps, &step{Group: groupDeploy, Name: "finalize"})
	for _, s := range steps {
		s.Status = godo.DeploymentProgressStepStatus_Pending
	}
	return steps
}

func kindWord(one component) string {
	switch {
	case one.preDeploy:
		return "pre-deploy job"
	case one.kind == kindJob:
		return "job"
	case one.kind == kindWorker:
		return "worker"
	}
	return "service"
}

func (s *step) turn(status godo.DeploymentProgressStepStatus, now time.Time) {
	if s.Started == nil {
		s.Started = &now
	}
	s.Status = status
	if status != godo.DeploymentProgressStepStatus_Running {
		s.Ended = &now
	}
}

// stepsFollow brings the steps to where the deployment's phase is.
func (d *deployment) stepsFollow(now time.Time) {
	for _, s := range d.Steps {
		running := d.Phase == godo.DeploymentPhase_Building && s.Group == groupBuild ||
			d.Phase == godo.DeploymentPhase_Deploying && s.Group == groupDeploy && s.Name == "initialize"
		done := d.Phase == godo.DeploymentPhase_PendingDeploy && s.Group == groupBuild || d.Phase == godo.DeploymentPhase_Active
		switch {
		case done && s.Status != godo.DeploymentProgressStepStatus_Success:
			s.turn(godo.DeploymentProgressStepStatus_Success, now)
		case running && s.Status == godo.DeploymentProgressStepStatus_Pending:
			s.turn(godo.DeploymentProgressStepStatus_Running, now)
		}
	}
}

// componentStep brings the step of a component to a status while the deployment deploys.
func (d *deployment) componentStep(name string, status godo.DeploymentProgressStepStatus, now time.Time) {
	for _, s := range d.Steps {
		switch {
		case s.Group != groupDeploy:
		case s.Name == "initialize" && s.Component == "" && s.Status == godo.DeploymentProgressStepStatus_Running:
			s.turn(godo.DeploymentProgressStepStatus_Success, now)
		case s.Component == name && s.Status != godo.DeploymentProgressStepStatus_Success:
			s.turn(status, now)
		}
	}
}

// stepFails marks the step at which a deployment fails.
func (d *deployment) stepFails(f *AppFailure, now time.Time) {
	group := groupDeploy
	if f.Phase == godo.DeploymentPhase_Building || f.Phase == godo.DeploymentPhase_PendingBuild {
		group = groupBuild
	}
	for _, s := range d.Steps {
		switch {
		case s.Group == group && s.Component == f.Component:
			s.turn(godo.DeploymentProgressStepStatus_Error, now)
			s.Code, s.Reason = f.Code, f.Message
		case s.Status == godo.DeploymentProgressStepStatus_Running:
			s.turn(godo.DeploymentProgressStepStatus_Success, now)
		}
	}
}

func (s *step) json() map[string]any {
	shown := map[string]any{"name": s.Name, "status": s.Status}
	if s.Component != "" {
		shown["component_name"], shown["message_base"] = s.Component, s.Message
	}
	if s.Started != nil {
		shown["started_at"] = stamp(*s.Started)
	}
	if s.Ended != nil {
		shown["ended_at"] = stamp(*s.Ended)
	}
	if s.Code != "" {
		shown["reason"] = map[string]any{"code": s.Code, "message": s.Reason}
	}
	return shown
}

// progress is a deployment's steps as the API has them: a tree of groups, with the
// components' steps below one named "components", and a flat summary.
func (d *deployment) progress() map[string]any {
	counts := map[godo.DeploymentProgressStepStatus]int{}
	groups, summary := []map[string]any{}, []map[string]any{}
	for _, name := range []string{groupBuild, groupDeploy} {
		own, of := []map[string]any{}, []map[string]any{}
		var all, ofComponents []*step
		for _, s := range d.Steps {
			if s.Group != name {
				continue
			}
			all = append(all, s)
			counts[s.Status]++
			if s.Component == "" {
				own = append(own, s.json())
				continue
			}
			of, ofComponents = append(of, s.json()), append(ofComponents, s)
		}
		below := map[string]any{"name": "components", "status": together(ofComponents), "steps": of}
		own = append(own[:1], append([]map[string]any{below}, own[1:]...)...)
		groups = append(groups, map[string]any{"name": name, "status": together(all), "steps": own})
		summary = append(summary, map[string]any{"name": name, "status": together(all)})
	}
	return map[string]any{
		"pending_steps": counts[godo.DeploymentProgressStepStatus_Pending], "running_steps": counts[godo.DeploymentProgressStepStatus_Running],
		"success_steps": counts[godo.DeploymentProgressStepStatus_Success], "error_steps": counts[godo.DeploymentProgressStepStatus_Error],
		"total_steps": len(d.Steps), "steps": groups, "summary_steps": summary,
	}
}

// together is the status of a group of steps.
func together(steps []*step) godo.DeploymentProgressStepStatus {
	counts := map[godo.DeploymentProgressStepStatus]int{}
	for _, s := range steps {
		counts[s.Status]++
	}
	switch {
	case counts[godo.DeploymentProgressStepStatus_Error] > 0:
		return godo.DeploymentProgressStepStatus_Error
	case counts[godo.DeploymentProgressStepStatus_Success] == len(steps):
		return godo.DeploymentProgressStepStatus_Success
	case counts[godo.DeploymentProgressStepStatus_Pending] == len(steps):
		return godo.DeploymentProgressStepStatus_Pending
	}
	return godo.DeploymentProgressStepStatus_Running
}
