// Package platform runs the apps of a simulated App Platform for real: each instance is a
// container of a Docker engine, and before the app's instances stands HAProxy, at an
// address of this computer's loopback that is the app's own.
//
// A release is gated by health: a new instance takes traffic once it passes its health
// check, and an old one is taken out only then. If one does not pass, the old ones go on.
package platform

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/moby/moby/client"

	"slipway/providers/digitalocean/fakecloud"
)

// Options are what a Platform is made with.
type Options struct {
	// Client speaks with the engine that runs the containers. Their networks must be
	// reachable from here.
	Client *client.Client
	// Registry is where the engine finds the account's registry: "127.0.0.1:5000". Without
	// it the images are those that the engine has, by their repository and tag.
	Registry string
	// HealthHost is the Host that health checks send. Empty is the instance's own address,
	// as App Platform does.
	HealthHost string
	// Patience is how long an instance may take until it passes its health check; 0 is as
	// long as the check's own numbers say.
	Patience time.Duration
	// ScaleEvery is how often the number of instances follows their CPU; 0 is five seconds.
	ScaleEvery time.Duration
	// Log receives a line for each thing that happens; it may be nil. Several goroutines
	// call it.
	Log func(format string, args ...any)
}

// Platform runs apps. It is a fakecloud.AppRunner.
type Platform struct {
	o      Options
	folder string

	mu   sync.Mutex
	apps map[string]*app

	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup
}

var _ fakecloud.AppRunner = (*Platform)(nil)

// New makes a platform. Close ends what it runs.
func New(o Options) (*Platform, error) {
	if _, err := exec.LookPath("haproxy"); err != nil {
		return nil, errors.New("the package haproxy is missing: it balances the instances of apps")
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	if o.ScaleEvery == 0 {
		o.ScaleEvery = 5 * time.Second
	}
	// The names of sockets have a limit, which a test's own folder may be over.
	folder, err := os.MkdirTemp("", "platform-")
	if err != nil {
		return nil, err
	}
	p := &Platform{o: o, folder: folder, apps: map[string]*app{}}
	p.ctx, p.stop = context.WithCancel(context.Background())
	return p, nil
}

// LiveURL is where an app answers, also before it does. It is for fakecloud.Options.
func (p *Platform) LiveURL(appID, _ string) string { return "http://" + address(appID) }

// address is an app's address of this computer's loopback.
func address(appID string) string {
	sum := sha256.Sum256([]byte(appID))
	return fmt.Sprintf("127.%d.%d.%d", 64+sum[0]%64, sum[1], 1+sum[2]%254)
}

// app is an app that the platform runs.
type app struct {
	id, name string
	book     *book
	// work is held by whoever starts and stops instances.
	work     sync.Mutex
	network  *network
	balancer *balancer

	mu        sync.Mutex
	instances []*instance
	// scaled are the components that scale by themselves, by name.
	scaled map[string]*scaling
	stop   context.CancelFunc
}

// app is the app of an ID, which is made if there is none.
func (p *Platform) app(id, name string) *app {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.apps[id]; a != nil {
		return a
	}
	a := &app{id: id, name: name, book: newBook(), scaled: map[string]*scaling{}}
	ctx, cancel := context.WithCancel(p.ctx)
	a.stop = cancel
	p.apps[id] = a
	p.work.Go(func() { p.watch(ctx, a) })
	return a
}

func (p *Platform) known(id string) *app {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.apps[id]
}

// of are the instances of a component.
func (a *app) of(component string) []*instance {
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []*instance
	for _, i := range a.instances {
		if i.component.name == component {
			found = append(found, i)
		}
	}
	return found
}

func (a *app) add(i *instance) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.instances = append(a.instances, i)
}

func (a *app) forget(i *instance) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.instances = slices.DeleteFunc(a.instances, func(o *instance) bool { return o == i })
}

// Instances are those of an app's services and workers.
func (p *Platform) Instances(appID string) []fakecloud.AppInstance {
	all := []fakecloud.AppInstance{}
	a := p.known(appID)
	if a == nil {
		return all
	}
	states := a.states()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, i := range a.instances {
		if i.component.kind == job || !i.serves {
			continue
		}
		ready := i.running
		if i.component.kind == service {
			ready = i.running && states[i.name] == "UP"
		}
		all = append(all, fakecloud.AppInstance{
			Component: i.component.name, Kind: i.component.kind, Name: i.name, Ready: ready, CPU: i.cpu, Memory: i.memory,
		})
	}
	slices.SortFunc(all, func(x, y fakecloud.AppInstance) int { return compare(x.Name, y.Name) })
	return all
}

func compare(x, y string) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// states are the balancer's states of the instances, by their names.
func (a *app) states() map[string]string {
	a.mu.Lock()
	b := a.balancer
	a.mu.Unlock()
	if b == nil {
		return nil
	}
	states := map[string]string{}
	servers, err := b.servers()
	if err != nil {
		return nil
	}
	for name, s := range servers {
		states[name] = s.status
	}
	return states
}

// Addresses are those of an app's containers.
func (p *Platform) Addresses(appID string) []netip.Addr {
	a := p.known(appID)
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []netip.Addr
	for _, i := range a.instances {
		all = append(all, i.address)
	}
	return all
}

// Kill kills an instance's container, as a failing machine would.
func (p *Platform) Kill(ctx context.Context, appID, name string) error {
	if a := p.known(appID); a != nil {
		a.mu.Lock()
		at := slices.IndexFunc(a.instances, func(i *instance) bool { return i.name == name })
		var id string
		if at >= 0 {
			id = a.instances[at].container
		}
		a.mu.Unlock()
		if id != "" {
			_, err := p.o.Client.ContainerKill(ctx, id, client.ContainerKillOptions{Signal: "KILL"})
			return err
		}
	}
	return fmt.Errorf("the app %s has no instance %s", appID, name)
}

// AccessLog is the path of the log of all requests to an app.
func (p *Platform) AccessLog(appID string) string {
	return filepath.Join(p.folder, short(appID, 8)+".log")
}

// Remove removes an app's containers, its network and its balancer.
func (p *Platform) Remove(ctx context.Context, appID string) error {
	p.mu.Lock()
	a := p.apps[appID]
	delete(p.apps, appID)
	p.mu.Unlock()
	if a == nil {
		return nil
	}
	a.stop()
	a.work.Lock()
	defer a.work.Unlock()
	a.mu.Lock()
	all := slices.Clone(a.instances)
	a.mu.Unlock()
	var failed error
	if a.balancer != nil {
		failed = a.balancer.close()
	}
	for _, i := range all {
		failed = errors.Join(failed, p.kill(ctx, a, i))
	}
	if a.network != nil {
		_, err := p.o.Client.NetworkRemove(ctx, a.network.id, client.NetworkRemoveOptions{})
		failed = errors.Join(failed, err)
	}
	p.o.Log("app %s is removed", a.name)
	return failed
}

// Close removes all that the platform runs.
func (p *Platform) Close() error {
	p.stop()
	p.mu.Lock()
	ids := []string{}
	for id := range p.apps {
		ids = append(ids, id)
	}
	p.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var failed error
	for _, id := range ids {
		failed = errors.Join(failed, p.Remove(ctx, id))
	}
	p.work.Wait()
	return errors.Join(failed, os.RemoveAll(p.folder))
}

// short are some letters that belong to a text and are always the same.
func short(text string, n int) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))[:n]
}
