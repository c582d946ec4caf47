package fakecloud

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"time"

	"github.com/digitalocean/godo"
)

// AppRunner runs what is deployed to App Platform. Its methods are called from several
// goroutines; none of them may call the cloud but by AppRun.Progress, which must not be
// called while Instances or Addresses can't answer.
type AppRunner interface {
	// Deploy brings a deployment up and returns once it takes the app's traffic alone; what
	// it started goes on when ctx ends after that. If it fails, what served before still does; an *AppFailure says where and why. A
	// deployment that is given again is one that served before the cloud was restarted.
	Deploy(ctx context.Context, run AppRun) error
	// Remove removes everything of an app.
	Remove(ctx context.Context, appID string) error
	// Instances are those that run of an app's components, sorted by name.
	Instances(appID string) []AppInstance
	// Addresses are those from which an app's containers connect to others, its jobs' too.
	Addresses(appID string) []netip.Addr
	// Logs calls line for each line that is asked for, oldest first. With Follow it goes on
	// until ctx ends.
	Logs(ctx context.Context, q AppLogQuery, line func(AppLogLine) error) error
	// Exec runs a shell in an instance until it ends.
	Exec(ctx context.Context, x AppExec) error
}

// AppRun is a deployment for a runner.
type AppRun struct {
	AppID, Name, DeploymentID string
	// Spec has plain values: secrets are decrypted and references resolved.
	Spec *godo.AppSpec
	// Registry is the name of the account's registry, which images of the type DOCR are in,
	// User and Password a login for it.
	Registry, User, Password string
	// Progress tells the cloud that a phase is reached: BUILDING, PENDING_DEPLOY, DEPLOYING.
	Progress func(phase godo.DeploymentPhase)
	// Step tells it that a component's step of the phase DEPLOYING begins or has succeeded.
	Step func(component string, done bool)
}

// AppInstance is one container of a component.
type AppInstance struct {
	// Component and Kind are the component's: "web", "SERVICE".
	Component, Kind string
	Name            string
	// Ready tells that it passes its health check.
	Ready bool
	// CPU and Memory are what it uses, in percent of what it may.
	CPU, Memory float64
}

// The codes of failed deployments.
const (
	// CodeImageNotFound is an image that is not in the registry.
	CodeImageNotFound = "ImageNotFound"
	// CodeExitNonZero is a container that ended with a status other than 0.
	CodeExitNonZero = "DeployContainerExitNonZero"
	// CodeHealthChecks is a container that does not pass its health check.
	CodeHealthChecks = "DeployContainerHealthChecksFailed"
	// CodeInternal is anything else.
	CodeInternal = "InternalError"
)

// AppFailure is why a deployment fails, as its steps show it.
type AppFailure struct {
	Component     string
	Phase         godo.DeploymentPhase
	Code, Message string
}

func (f *AppFailure) Error() string { return f.Component + ": " + f.Code + ": " + f.Message }

// AppLogQuery says which lines of an app's log are wanted.
type AppLogQuery struct {
	AppID, DeploymentID string
	// Component is empty for all.
	Component string
	Type      godo.AppLogType
	// Tail is how many lines of what there is are wanted, 0 for all.
	Tail   int
	Follow bool
}

// AppLogLine is a line that a component printed.
type AppLogLine struct {
	Component, Instance string
	Time                time.Time
	Text                string
}

// String is the line as App Platform's logs have it.
func (l AppLogLine) String() string {
	return l.Component + " " + l.Time.UTC().Format("2006-01-02T15:04:05.000000000Z") + " " + l.Text
}

// AppExec is a console in an instance.
type AppExec struct {
	AppID, Component string
	// Instance is one instance's name; empty is the first that is ready.
	Instance string
	Stdin    io.Reader
	Stdout   io.Writer
	// Sizes are the terminal's columns and rows whenever they change.
	Sizes <-chan [2]uint
}

// liveApp is an app whose deployments a runner runs.
type liveApp struct {
	// deployment is the one that runs or ran last, cancel ends it, done is closed at its end.
	deployment string
	cancel     context.CancelFunc
	done       chan struct{}
	// resumes tells that it is one that served before: the next waits for it.
	resumes bool
}

// startApp gives a deployment to the runner, which gets one after the other of each app.
func (c *Cloud) startApp(a *app, d *deployment) {
	if c.options.Apps == nil {
		return
	}
	before := c.live[a.ID]
	ctx, cancel := context.WithCancel(c.ctx)
	now := &liveApp{deployment: d.ID, cancel: cancel, done: make(chan struct{}), resumes: d.Served}
	c.live[a.ID] = now
	run := AppRun{AppID: a.ID, Name: a.Spec.Name, DeploymentID: d.ID, Spec: c.plain(a, d.Spec)}
	run.User, run.Password = c.RegistryLogin()
	if r := c.state.Registry; r != nil {
		run.Registry = r.Name
	}
	run.Progress = func(phase godo.DeploymentPhase) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.reach(a, d, phase)
	}
	run.Step = func(component string, done bool) {
		c.mu.Lock()
		defer c.mu.Unlock()
		status := godo.DeploymentProgressStepStatus_Running
		if done {
			status = godo.DeploymentProgressStepStatus_Success
		}
		if !d.finished() {
			d.componentStep(component, status, c.now())
		}
	}
	c.machines.Go(func() {
		defer close(now.done)
		defer cancel()
		if before != nil {
			if !before.resumes {
				before.cancel()
			}
			<-before.done
		}
		c.runApp(ctx, a, d, run)
	})
}

// runApp runs a deployment and takes down how it ended.
func (c *Cloud) runApp(ctx context.Context, a *app, d *deployment, run AppRun) {
	if ctx.Err() != nil {
		return
	}
	if d.Fails != nil {
		run.Progress(godo.DeploymentPhase_Active)
		return
	}
	err := c.options.Apps.Deploy(ctx, run)
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Err() != nil || d.finished() {
		return
	}
	if err == nil {
		c.reach(a, d, godo.DeploymentPhase_Active)
	} else {
		var f *AppFailure
		if !errors.As(err, &f) {
			f = &AppFailure{Component: components(d.Spec)[0].name, Phase: d.Phase, Code: CodeInternal, Message: err.Error()}
		}
		c.failed(a, d, f)
	}
	_ = c.save() // if this fails, the next call that changes something reports it
}

// stopApp ends the run of a deployment.
func (c *Cloud) stopApp(a *app, d *deployment) {
	if l := c.live[a.ID]; l != nil && l.deployment == d.ID {
		l.cancel()
	}
}

// removeApp removes what an app runs.
func (c *Cloud) removeApp(a *app) {
	l := c.live[a.ID]
	delete(c.live, a.ID)
	if l == nil {
		return
	}
	l.cancel()
	c.machines.Go(func() {
		<-l.done
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), time.Minute)
		defer cancel()
		_ = c.options.Apps.Remove(ctx, a.ID) // the app is gone for its owner either way
	})
}

// resumeApps runs again what the apps of a state file had running.
func (c *Cloud) resumeApps() {
	if c.options.Apps == nil {
		return
	}
	for _, a := range c.state.Apps {
		if d := a.deployment(a.Active); d != nil {
			c.startApp(a, d)
		}
		if d := a.unfinished(); d != nil {
			d.Phase, d.Steps = godo.DeploymentPhase_PendingBuild, stepsOf(d.Spec)
			c.startApp(a, d)
		}
	}
}
