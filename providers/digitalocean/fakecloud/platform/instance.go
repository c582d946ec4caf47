package platform

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	engine "github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	words "mvdan.cc/sh/v3/shell"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/rest"
)

// instance is a container of a component.
type instance struct {
	component component
	name      string
	container string
	address   netip.Addr
	// What follows is guarded by the app's mu. serves tells that the instance belongs to
	// what the app runs, and is not only being tried.
	running, serves bool
	cpu, memory     float64
	used            uint64 // the CPU's nanoseconds when they were last looked at
	usedAt          time.Time
	// ending ends the supervision, which closes ended.
	ending context.CancelFunc
	ended  chan struct{}
}

func (i *instance) isRunning(a *app) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return i.running
}

// network is an app's own in the engine. Its addresses are given one after the other, so
// that what is gone is not taken for what is new.
type network struct {
	id, name string
	subnet   netip.Prefix
	last     netip.Addr
}

// open makes the app's network if it has none.
func (p *Platform) open(ctx context.Context, a *app) error {
	if a.network != nil {
		return nil
	}
	name := "app-" + short(a.id, 12)
	var failed error
	for n := range 250 { // the first that overlaps with nothing here
		subnet := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 77, byte(n), 0}), 24)
		made, err := p.o.Client.NetworkCreate(ctx, name, client.NetworkCreateOptions{
			Driver: "bridge", IPAM: &engine.IPAM{Config: []engine.IPAMConfig{{Subnet: subnet}}},
		})
		if err == nil {
			a.network = &network{id: made.ID, name: name, subnet: subnet, last: subnet.Addr().Next()} // the first is the gateway
			return nil
		}
		if failed = err; ctx.Err() != nil {
			break
		}
	}
	return fmt.Errorf("make a network for the app %s: %w", a.name, failed)
}

// free is the next address that no instance has.
func (a *app) free() netip.Addr {
	a.mu.Lock()
	defer a.mu.Unlock()
	taken := map[netip.Addr]bool{}
	for _, i := range a.instances {
		taken[i.address] = true
	}
	n := a.network
	for {
		n.last = n.last.Next()
		if !n.subnet.Contains(n.last.Next()) { // the last address is for all
			n.last = n.subnet.Addr().Next().Next()
		}
		if !taken[n.last] {
			return n.last
		}
	}
}

// start starts a new instance of a component.
func (p *Platform) start(ctx context.Context, a *app, c component, image string) (*instance, error) {
	i := &instance{component: c, name: c.name + "-" + short(c.deployment, 9) + "-" + short(fmt.Sprint(c.deployment, c.name, time.Now().UnixNano()), 5)}
	i.address = a.free()
	options, err := i.options(a, image)
	if err != nil {
		return nil, &fakecloud.AppFailure{Component: c.name, Phase: "DEPLOYING", Code: fakecloud.CodeExitNonZero, Message: err.Error()}
	}
	made, err := p.o.Client.ContainerCreate(ctx, options)
	if err != nil {
		return nil, err
	}
	supervision, end := context.WithCancel(p.ctx)
	i.container, i.ending, i.ended = made.ID, end, make(chan struct{})
	a.add(i)
	if _, err := p.o.Client.ContainerStart(ctx, made.ID, client.ContainerStartOptions{}); err != nil {
		close(i.ended) // nothing supervises it
		_ = p.kill(context.WithoutCancel(ctx), a, i)
		return nil, &fakecloud.AppFailure{Component: c.name, Phase: "DEPLOYING", Code: fakecloud.CodeExitNonZero, Message: "the container does not start: " + err.Error()}
	}
	i.turn(a, true)
	if c.kind == job {
		close(i.ended) // it is waited for where it is run
	} else {
		p.work.Go(func() { p.supervise(supervision, a, i) })
	}
	p.o.Log("app %s: instance %s has the address %s", a.name, i.name, i.address)
	return i, nil
}

// options are the container's.
func (i *instance) options(a *app, image string) (client.ContainerCreateOptions, error) {
	c := i.component
	config := &container.Config{Image: image, Hostname: i.name, Healthcheck: &container.HealthConfig{Test: []string{"NONE"}}}
	if c.kind == service && c.env["PORT"] == "" {
		c.env["PORT"] = fmt.Sprint(c.port)
	}
	for name, value := range c.env {
		config.Env = append(config.Env, name+"="+value)
	}
	if c.command != "" {
		// App Platform does not promise a shell: operators of one are refused.
		argv, err := words.Fields(c.command, func(name string) string { return c.env[name] })
		if err != nil {
			return client.ContainerCreateOptions{}, fmt.Errorf("the run command can't be run without a shell: %w", err)
		}
		config.Entrypoint = argv
	}
	memory, init := fakecloud.InstanceMemory(c.size), true
	host := &container.HostConfig{
		NetworkMode: container.NetworkMode(a.network.name), Init: &init,
		LogConfig:   container.LogConfig{Type: "json-file"},
		Resources:   container.Resources{Memory: memory, MemorySwap: memory},
		SecurityOpt: []string{"no-new-privileges"},
	}
	return client.ContainerCreateOptions{
		Name: short(a.id, 8) + "-" + i.name, Config: config, HostConfig: host,
		NetworkingConfig: &engine.NetworkingConfig{EndpointsConfig: map[string]*engine.EndpointSettings{a.network.name: {
			Aliases: []string{c.name}, IPAMConfig: &engine.EndpointIPAMConfig{IPv4Address: i.address},
		}}},
	}, nil
}

// longestRest is the longest that a container which ends again and again rests between.
const longestRest = 30 * time.Second

// supervise takes down what an instance prints and starts its container again whenever it
// ends, as App Platform does.
func (p *Platform) supervise(ctx context.Context, a *app, i *instance) {
	defer close(i.ended)
	delay := 200 * time.Millisecond
	for from := (time.Time{}); ctx.Err() == nil; {
		began := time.Now()
		p.follow(ctx, a, i, from)
		waited := p.o.Client.ContainerWait(ctx, i.container, client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
		var status int64
		select {
		case r := <-waited.Result:
			status = r.StatusCode
		case err := <-waited.Error:
			if ctx.Err() == nil {
				p.o.Log("app %s: wait for %s: %v", a.name, i.name, err)
			}
		case <-ctx.Done():
		}
		i.turn(a, false)
		if ctx.Err() != nil || !i.belongs(a) {
			return // one that is being tried fails for good
		}
		a.book.restarted(i.name)
		p.o.Log("app %s: instance %s ended with status %d and is started again", a.name, i.name, status)
		if time.Since(began) > longestRest {
			delay = 200 * time.Millisecond
		}
		if rest.Pause(ctx, delay) != nil {
			return
		}
		delay, from = min(2*delay, longestRest), time.Now()
		if _, err := p.o.Client.ContainerStart(ctx, i.container, client.ContainerStartOptions{}); err == nil {
			i.turn(a, true)
		}
	}
}

func (i *instance) turn(a *app, running bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	i.running = running
}

func (i *instance) belongs(a *app) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return i.serves
}

// end stops an instance in good order: it is asked to end, and killed after its time.
func (p *Platform) end(ctx context.Context, a *app, i *instance) error {
	limit := int(i.component.grace.Seconds())
	_, stopped := p.o.Client.ContainerStop(ctx, i.container, client.ContainerStopOptions{Timeout: &limit})
	return errors.Join(stopped, p.kill(ctx, a, i))
}

// kill removes an instance's container as it is.
func (p *Platform) kill(ctx context.Context, a *app, i *instance) error {
	i.ending()
	<-i.ended
	_, err := p.o.Client.ContainerRemove(ctx, i.container, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if err == nil || cerrdefs.IsNotFound(err) {
		a.forget(i)
		return nil
	}
	return err
}
