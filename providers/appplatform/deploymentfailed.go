package appplatform

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// deploymentFailed explains why a deployment did not take the traffic.
func (p *Provider) deploymentFailed(ctx context.Context, appID string, d *godo.Deployment) error {
	switch d.Phase {
	case godo.DeploymentPhase_Superseded:
		return &providers.Failed{Err: errors.New("another deployment of the app was started meanwhile and took this one's place"),
			Next: "see who deploys it besides (doctl apps list-deployments " + appID + "), then " + again}
	case godo.DeploymentPhase_Canceled:
		return &providers.Failed{Err: errors.New("somebody cancelled the deployment at App Platform"), Next: again}
	}
	stays := ""
	if d.PreviousDeploymentID != "" {
		stays = "; the release before it goes on"
	}
	step := failedStep(d)
	if step == nil {
		return &providers.Failed{Err: errors.New("App Platform says that the deployment failed, and not why" + stays),
			Next: "see doctl apps get-deployment " + appID + " " + d.ID + ", then " + again}
	}
	why, next, ofApp := whyFailed(step)
	text := fmt.Sprintf("%s (%s)%s", why, said(step), stays)
	if ofApp {
		if last := p.lastLines(ctx, appID, d.ID, step.ComponentName); last != "" {
			text += "\n" + last
		}
	}
	return &providers.Failed{Err: errors.New(text), Next: next}
}

// failedStep is the innermost step of a deployment that failed; nil is none.
func failedStep(d *godo.Deployment) *godo.DeploymentProgressStep {
	var failed *godo.DeploymentProgressStep
	for _, s := range steps(d) {
		if s.Status == godo.DeploymentProgressStepStatus_Error && (failed == nil || s.Reason != nil || failed.Reason == nil) {
			failed = s
		}
	}
	return failed
}

func said(s *godo.DeploymentProgressStep) string {
	if s.Reason == nil {
		return rest.Shortened(s.Name)
	}
	return strings.TrimSpace(rest.Shortened(s.Reason.Code) + ": " + rest.Shortened(s.Reason.Message))
}

// whyFailed says in words of ours why a step failed, and what to do. ofApp is set if what
// the app printed tells more.
func whyFailed(s *godo.DeploymentProgressStep) (why, next string, ofApp bool) {
	const mend = "mend the app, then run the same command again"
	text := ""
	if s.Reason != nil {
		text = strings.ToLower(s.Reason.Code + " " + s.Reason.Message)
	}
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(text, w) {
				return true
			}
		}
		return false
	}
	of := "the process " + rest.Shortened(s.ComponentName)
	if s.ComponentName == webComponent {
		of = "the web app"
	}
	switch {
	case has("image") && has("not found", "notfound", "pull", "manifest", "unauthorized"):
		return "App Platform does not find the image in the container registry", again, false
	case s.ComponentName == releaseComponent && has("health", "exit", "nonzero", "failed", "job", "timeout"):
		return "the command before the release failed", "mend the app or its release command, then run the same command again", true
	case has("memory", "oom"):
		return of + " needs more memory than an instance has", "use a larger --size, then run the same command again", true
	case has("health"):
		return of + " did not become healthy", "mend the app, or its settings under [health], then run the same command again", true
	case has("exit", "crash", "command"):
		return of + " ended right after its start", mend, true
	}
	return "the deployment failed at " + rest.Shortened(s.Name), again, s.ComponentName != ""
}

// What is shown of a component's log after a failure.
const (
	shownLines  = 40
	logsAreSlow = 15 * time.Second
)

// lastLines are the last lines that a component of a deployment printed; "" if they can't
// be had.
func (p *Provider) lastLines(ctx context.Context, appID, deploymentID, component string) string {
	if component == "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, logsAreSlow)
	defer cancel()
	var lines []string
	for _, kind := range []godo.AppLogType{godo.AppLogTypeDeploy, godo.AppLogTypeRunRestarted, godo.AppLogTypeRun} {
		logs, err := account.Whole(p.api.Apps.GetLogs(ctx, appID, deploymentID, component, kind, false, shownLines))
		if err != nil {
			continue
		}
		for _, at := range logs.HistoricURLs {
			_ = p.keptLog(ctx, at, func(line string) error { // what failed is told without it
				if line = strings.TrimRight(line, " \t\r"); line != "" {
					lines = append(lines, rest.Shortened(line))
				}
				if len(lines) > 2*shownLines {
					lines = append(lines[:0], lines[len(lines)-shownLines:]...)
				}
				return nil
			})
		}
	}
	return strings.Join(lines[max(0, len(lines)-shownLines):], "\n")
}
