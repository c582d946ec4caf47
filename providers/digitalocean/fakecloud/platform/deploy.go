package platform

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/digitalocean/godo"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/registry"
	"github.com/moby/moby/client"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/rest"
)

// Deploy brings a deployment up.
func (p *Platform) Deploy(ctx context.Context, run fakecloud.AppRun) error {
	a := p.app(run.AppID, run.Name)
	a.work.Lock()
	defer a.work.Unlock()
	all := components(run.Spec, run.DeploymentID)
	run.Progress(godo.DeploymentPhase_Building)
	images, err := p.images(ctx, a, run, all)
	if err != nil {
		return err
	}
	run.Progress(godo.DeploymentPhase_PendingDeploy)
	if err := p.open(ctx, a); err != nil {
		return err
	}
	run.Progress(godo.DeploymentPhase_Deploying)
	if err := p.deployAll(ctx, a, run, all, images); err != nil {
		for _, j := range jobsOf(all, godo.AppJobSpecKind_FailedDeploy) {
			_ = p.runJob(ctx, a, j, images[j.name]) // the deployment has failed either way
		}
		return err
	}
	return nil
}

// deployAll runs the jobs before, the components, and the jobs after.
func (p *Platform) deployAll(ctx context.Context, a *app, run fakecloud.AppRun, all []component, images map[string]string) error {
	step := func(c component, do func() error) error {
		run.Step(c.name, false)
		err := do()
		if err != nil {
			a.book.tell(c, godo.AppLogTypeDeploy, err.Error())
			return err
		}
		run.Step(c.name, true)
		return nil
	}
	jobs := func(kind godo.AppJobSpecKind) error {
		for _, j := range jobsOf(all, kind) {
			if err := step(j, func() error { return p.runJob(ctx, a, j, images[j.name]) }); err != nil {
				return err
			}
		}
		return nil
	}
	if err := jobs(godo.AppJobSpecKind_PreDeploy); err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, c := range all {
		if c.kind == job {
			continue
		}
		kept[c.name] = true
		if err := step(c, func() error { return p.release(ctx, a, c, images[c.name]) }); err != nil {
			return err
		}
	}
	p.dropOthers(ctx, a, kept)
	p.scaleBy(a, all, images)
	return jobs(godo.AppJobSpecKind_PostDeploy)
}

// dropOthers ends the components that the spec does not have any more.
func (p *Platform) dropOthers(ctx context.Context, a *app, kept map[string]bool) {
	a.mu.Lock()
	var gone []*instance
	for _, i := range a.instances {
		if !kept[i.component.name] && i.component.kind != job {
			gone = append(gone, i)
		}
	}
	a.mu.Unlock()
	p.retireAll(ctx, a, gone)
}

// images gets the image of each component into the engine, and returns their names there.
func (p *Platform) images(ctx context.Context, a *app, run fakecloud.AppRun, all []component) (map[string]string, error) {
	names, pulled := map[string]string{}, map[string]bool{}
	for _, c := range all {
		name := c.image.Repository + ":" + c.image.Tag
		if c.image.Digest != "" {
			name = c.image.Repository + "@" + c.image.Digest
		}
		if c.image.RegistryType == godo.ImageSourceSpecRegistryType_DOCR && p.o.Registry != "" {
			name = p.o.Registry + "/" + run.Registry + "/" + name
		}
		names[c.name] = name
		if pulled[name] {
			continue
		}
		pulled[name] = true
		a.book.tell(c, godo.AppLogTypeBuild, "pulling image "+name)
		if err := p.pull(ctx, name, run); err != nil {
			a.book.tell(c, godo.AppLogTypeBuild, err.Error())
			return nil, &fakecloud.AppFailure{
				Component: c.name, Phase: godo.DeploymentPhase_Building, Code: fakecloud.CodeImageNotFound, Message: "The image could not be pulled: " + err.Error(),
			}
		}
	}
	return names, nil
}

func (p *Platform) pull(ctx context.Context, name string, run fakecloud.AppRun) error {
	if p.o.Registry == "" {
		_, err := p.o.Client.ImageInspect(ctx, name)
		return err
	}
	login, err := json.Marshal(registry.AuthConfig{Username: run.User, Password: run.Password}) //nolint:gosec // the engine takes a login so
	if err != nil {
		return err
	}
	answer, err := p.o.Client.ImagePull(ctx, name, client.ImagePullOptions{RegistryAuth: base64.URLEncoding.EncodeToString(login)})
	if err != nil {
		return err
	}
	defer answer.Close()
	return answer.Wait(ctx)
}

// runJob runs a job's container to its end.
func (p *Platform) runJob(ctx context.Context, a *app, c component, image string) error {
	i, err := p.start(ctx, a, c, image)
	if err != nil {
		return err
	}
	defer func() { _ = p.kill(context.WithoutCancel(ctx), a, i) }() // what it printed is in the log
	p.follow(ctx, a, i, time.Time{})
	waited := p.o.Client.ContainerWait(ctx, i.container, client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	select {
	case r := <-waited.Result:
		if r.StatusCode != 0 {
			return failure(c, fakecloud.CodeExitNonZero, fmt.Sprintf("Your container exited with a non-zero exit code: %d.", r.StatusCode))
		}
		return nil
	case err := <-waited.Error:
		return err
	}
}

func failure(c component, code, message string) error {
	return &fakecloud.AppFailure{Component: c.name, Phase: godo.DeploymentPhase_Deploying, Code: code, Message: message}
}

// release replaces a component's instances, one after the other. Each takes over only once
// it is healthy; if one is not, all are as before.
func (p *Platform) release(ctx context.Context, a *app, c component, image string) (err error) {
	old := a.of(c.name)
	fresh := []*instance{}
	defer func() {
		if err == nil {
			return
		}
		for _, i := range old {
			if c.kind == service && a.balancer != nil {
				err = errors.Join(err, a.balancer.drain(i.name, false))
			}
		}
		p.retireAll(ctx, a, fresh)
	}()
	for n := range c.count {
		i, err := p.bring(ctx, a, c, image)
		if err != nil {
			return err
		}
		fresh = append(fresh, i)
		if c.kind == service && n < len(old) {
			if err := a.balancer.drain(old[n].name, true); err != nil {
				return err
			}
		}
	}
	p.retireAll(ctx, a, old)
	return nil
}

// retireAll takes instances out of the traffic and ends them, all at a time.
func (p *Platform) retireAll(ctx context.Context, a *app, all []*instance) {
	var each sync.WaitGroup
	for _, i := range all {
		each.Go(func() { p.retire(ctx, a, i) })
	}
	each.Wait()
}

// bring starts an instance, waits until it is healthy and gives it traffic.
func (p *Platform) bring(ctx context.Context, a *app, c component, image string) (*instance, error) {
	i, err := p.start(ctx, a, c, image)
	if err != nil {
		return nil, err
	}
	err = p.healthy(ctx, a, i)
	if err == nil && c.kind == service {
		err = p.balance(ctx, a, i)
	}
	if err != nil {
		return nil, errors.Join(err, p.kill(context.WithoutCancel(ctx), a, i))
	}
	a.mu.Lock()
	i.serves = i.running
	a.mu.Unlock()
	if !i.belongs(a) { // it ended since: nobody starts it again
		p.retire(ctx, a, i)
		return nil, failure(c, fakecloud.CodeExitNonZero, "Your container exited with a non-zero exit code.")
	}
	return i, nil
}

// balance gives an instance traffic.
func (p *Platform) balance(ctx context.Context, a *app, i *instance) error {
	if a.balancer == nil {
		b, err := open(ctx, p.folder+"/"+short(a.id, 8), p.AccessLog(a.id), address(a.id), i.component)
		if err != nil {
			return err
		}
		a.mu.Lock()
		a.balancer = b
		a.mu.Unlock()
	}
	if err := a.balancer.shape(ctx, i.component); err != nil {
		return err
	}
	return a.balancer.add(ctx, i.name, net.JoinHostPort(i.address.String(), fmt.Sprint(i.component.port)))
}

// retire takes an instance out of the traffic and ends it, also when the deployment that
// wants it is canceled meanwhile.
func (p *Platform) retire(ctx context.Context, a *app, i *instance) {
	ctx = context.WithoutCancel(ctx)
	a.mu.Lock()
	i.serves = false
	a.mu.Unlock()
	if i.component.kind == service && a.balancer != nil {
		if err := a.balancer.remove(ctx, i.name, i.component.drain); err != nil {
			p.o.Log("app %s: take out %s: %v", a.name, i.name, err)
		}
	}
	if err := p.end(ctx, a, i); err != nil {
		p.o.Log("app %s: end %s: %v", a.name, i.name, err)
	}
}

// settled is how long a component without a health check must run to count as started.
const settled = time.Second

// healthy waits until an instance passes its health check.
func (p *Platform) healthy(ctx context.Context, a *app, i *instance) error {
	c, check := i.component, godo.AppServiceSpecHealthCheck{}
	if c.health != nil {
		check = *c.health
	}
	limit := seconds(check.InitialDelaySeconds+cmp.Or(check.PeriodSeconds, 10)*cmp.Or(check.FailureThreshold, 9), 0)
	if p.o.Patience > 0 {
		limit = min(limit, p.o.Patience)
	}
	began, last := time.Now(), "it was not asked"
	for {
		switch {
		case !i.isRunning(a):
			return failure(c, fakecloud.CodeExitNonZero, "Your container exited with a non-zero exit code.")
		case c.kind != service && time.Since(began) >= settled:
			return nil
		case c.kind == service:
			if last = p.probe(ctx, i, check); last == "" {
				return nil
			}
		}
		if time.Since(began) > limit {
			return failure(c, fakecloud.CodeHealthChecks, "Your container did not respond to health checks: "+last)
		}
		if err := rest.Pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// probe does a health check; "" is a success.
func (p *Platform) probe(ctx context.Context, i *instance, check godo.AppServiceSpecHealthCheck) string {
	port := i.component.port
	if check.Port > 0 {
		port = check.Port
	}
	address := net.JoinHostPort(i.address.String(), fmt.Sprint(port))
	ctx, cancel := context.WithTimeout(ctx, seconds(check.TimeoutSeconds, 1))
	defer cancel()
	if check.HTTPPath == "" {
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err != nil {
			return err.Error()
		}
		_ = connection.Close()
		return ""
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/"+strings.TrimPrefix(check.HTTPPath, "/"), nil)
	if err != nil {
		return err.Error()
	}
	if p.o.HealthHost != "" {
		request.Host = p.o.HealthHost
	}
	request.Close = true
	response, err := http.DefaultTransport.RoundTrip(request) // as a prober does, it follows no redirect
	if err != nil {
		return err.Error()
	}
	_ = response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode >= 400 {
		return "it answered " + response.Status
	}
	return ""
}
