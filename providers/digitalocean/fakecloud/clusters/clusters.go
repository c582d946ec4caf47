// Package clusters runs a real database for each managed database of a simulated cloud, as
// a container of a test's Docker engine: PostgreSQL 17, Valkey 8, and MariaDB for MySQL.
// It takes connections with TLS only, by a certificate of its own authority, and only from
// the cluster's trusted sources: a gate in front of it looks at each peer's address.
//
// Containers of the engine, this computer, and with machines.Reachable a droplet's machine
// reach a cluster at the same address.
package clusters

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/docker/dockertest"
)

// Options are what Clusters are made with.
type Options struct {
	// Engine is where the databases run.
	Engine *dockertest.Engine
	// Opened is told each address, "HOST:PORT", at which a cluster begins to answer, before
	// it does, and Closed each that ends. Either may be nil.
	Opened, Closed func(address string)
	// Log receives a line for each thing that happens; it may be nil. Several goroutines
	// call it.
	Log func(format string, args ...any)
}

// Clusters is the ClusterRunner of a cloud's Options.
type Clusters struct {
	options   Options
	host      string // the engine's address for its containers
	authority *authority

	mu      sync.Mutex
	running map[string]*running // by the cluster's ID
}

var _ fakecloud.ClusterRunner = (*Clusters)(nil)

// running is a database that runs.
type running struct {
	cluster   fakecloud.Cluster
	kind      kind
	container string
	gate      *gate
	endpoint  fakecloud.ClusterEndpoint
}

// label names the cluster that a container belongs to.
const label = "fakecloud.cluster"

// readyLimit is how long a database may take to answer.
const readyLimit = 2 * time.Minute

// New makes clusters with an authority of their own.
func New(ctx context.Context, o Options) (*Clusters, error) {
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	bridge, err := o.Engine.Client.NetworkInspect(ctx, "bridge", client.NetworkInspectOptions{})
	if err != nil {
		return nil, fmt.Errorf("find the engine's own address: %w", err)
	}
	if len(bridge.Network.IPAM.Config) == 0 {
		return nil, errors.New("the engine's bridge has no addresses")
	}
	host := bridge.Network.IPAM.Config[0].Gateway
	if !host.IsValid() { // until the first container runs
		host = bridge.Network.IPAM.Config[0].Subnet.Addr().Next()
	}
	made, err := newAuthority()
	if err != nil {
		return nil, err
	}
	return &Clusters{options: o, host: host.String(), authority: made, running: map[string]*running{}}, nil
}

// Close removes all databases.
func (c *Clusters) Close() error {
	c.mu.Lock()
	var ids []string
	for id := range c.running {
		ids = append(ids, id)
	}
	c.mu.Unlock()
	var all error
	for _, id := range ids {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		all = errors.Join(all, c.Remove(ctx, id))
		cancel()
	}
	return all
}

// Run starts the database of a cluster. One that runs already is found again.
func (c *Clusters) Run(ctx context.Context, cluster fakecloud.Cluster) (fakecloud.ClusterEndpoint, error) {
	if r := c.find(cluster.ID); r != nil {
		r.gate.setAdmits(cluster.Admits)
		return r.endpoint, nil
	}
	r, err := c.start(ctx, cluster)
	if err != nil {
		c.options.Log("cluster %s does not start: %v", cluster.Name, err)
		return fakecloud.ClusterEndpoint{}, err
	}
	c.options.Log("cluster %s answers at %s:%d", cluster.Name, r.endpoint.Host, r.endpoint.Port)
	return r.endpoint, nil
}

func (c *Clusters) find(id string) *running {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running[id]
}

func (c *Clusters) start(ctx context.Context, cluster fakecloud.Cluster) (*running, error) {
	k, ok := kinds[cluster.Engine]
	if !ok || cluster.Version != k.version {
		return nil, fmt.Errorf("no image runs %s %s", cluster.Engine, cluster.Version)
	}
	if err := c.options.Engine.Provide(ctx, k.image); err != nil {
		return nil, err
	}
	r := &running{cluster: cluster, kind: k, container: "cluster-" + cluster.ID}
	r.endpoint = fakecloud.ClusterEndpoint{Host: c.host, CA: c.authority.pem}
	address, err := c.startContainer(ctx, r)
	if err == nil {
		err = c.fill(ctx, r)
	}
	if err == nil {
		err = c.open(r, netip.AddrPortFrom(address, k.port))
	}
	if err != nil {
		// Its own context: that of the call may have ended.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		return nil, errors.Join(err, c.removeContainer(ctx, r.container))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running[cluster.ID] = r
	return r, nil
}

// startContainer starts the database and waits until it takes connections. It returns the
// container's address.
func (c *Clusters) startContainer(ctx context.Context, r *running) (netip.Addr, error) {
	api := c.options.Engine.Client
	files, err := c.authority.files(c.host, r.kind.files)
	if err != nil {
		return netip.Addr{}, err
	}
	_, err = api.ContainerCreate(ctx, client.ContainerCreateOptions{Name: r.container, Config: &container.Config{
		Image: r.kind.image, Env: r.kind.environment(r.cluster), Cmd: r.kind.command(r.cluster),
		Labels: map[string]string{label: r.cluster.ID},
	}})
	if err != nil {
		return netip.Addr{}, err
	}
	if _, err := api.CopyToContainer(ctx, r.container, client.CopyToContainerOptions{DestinationPath: "/", Content: files, CopyUIDGID: true}); err != nil {
		return netip.Addr{}, fmt.Errorf("give it its certificate: %w", err)
	}
	if _, err := api.ContainerStart(ctx, r.container, client.ContainerStartOptions{}); err != nil {
		return netip.Addr{}, err
	}
	found, err := api.ContainerInspect(ctx, r.container, client.ContainerInspectOptions{})
	if err != nil {
		return netip.Addr{}, err
	}
	attached := found.Container.NetworkSettings.Networks["bridge"]
	if attached == nil {
		return netip.Addr{}, errors.New("its container has no address")
	}
	return attached.IPAddress, c.await(ctx, r, netip.AddrPortFrom(attached.IPAddress, r.kind.port))
}

// await waits until the database takes connections. While it makes its files it does not.
func (c *Clusters) await(ctx context.Context, r *running, address netip.AddrPort) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyLimit, fmt.Errorf("no answer after %s", readyLimit))
	defer cancel()
	for {
		dialer := net.Dialer{Timeout: time.Second}
		connection, err := dialer.DialContext(ctx, "tcp", address.String())
		if err == nil {
			return connection.Close()
		}
		found, err := c.options.Engine.Client.ContainerInspect(ctx, r.container, client.ContainerInspectOptions{})
		if err == nil && !found.Container.State.Running {
			return fmt.Errorf("the database ended with status %d", found.Container.State.ExitCode)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// fill makes the cluster's users and databases.
func (c *Clusters) fill(ctx context.Context, r *running) error {
	if err := c.execute(ctx, r, r.kind.owner(r.cluster.Users[0])); err != nil {
		return err
	}
	for _, name := range r.cluster.Databases {
		if err := c.execute(ctx, r, r.kind.database(name, r.cluster.Users[0].Name)); err != nil {
			return err
		}
	}
	for _, u := range r.cluster.Users[1:] {
		if err := c.execute(ctx, r, r.kind.user(u, r.cluster.Users[0].Name)); err != nil {
			return err
		}
	}
	return nil
}

// open opens the gate.
func (c *Clusters) open(r *running, to netip.AddrPort) error {
	made, err := newGate(net.JoinHostPort(c.host, "0"), to.String(), r.cluster.Admits)
	if err != nil {
		return err
	}
	r.gate, r.endpoint.Port = made, int(made.address().Port())
	if c.options.Opened != nil {
		c.options.Opened(r.address())
	}
	go made.serve(func(peer netip.Addr) { c.options.Log("cluster %s refuses %s", r.cluster.Name, peer) })
	return nil
}

func (r *running) address() string {
	return net.JoinHostPort(r.endpoint.Host, strconv.Itoa(r.endpoint.Port))
}

// Remove removes the database of a cluster.
func (c *Clusters) Remove(ctx context.Context, id string) error {
	c.mu.Lock()
	r := c.running[id]
	delete(c.running, id)
	c.mu.Unlock()
	if r == nil {
		return nil
	}
	r.gate.close()
	if c.options.Closed != nil {
		c.options.Closed(r.address())
	}
	return c.removeContainer(ctx, r.container)
}

func (c *Clusters) removeContainer(ctx context.Context, name string) error {
	_, err := c.options.Engine.Client.ContainerRemove(ctx, name, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	return err
}

// AddUser makes a user, or gives one another password.
func (c *Clusters) AddUser(ctx context.Context, id string, u fakecloud.ClusterUser) error {
	return c.change(ctx, id, func(r *running) string { return r.kind.user(u, r.cluster.Users[0].Name) })
}

// RemoveUser removes a user.
func (c *Clusters) RemoveUser(ctx context.Context, id, name string) error {
	return c.change(ctx, id, func(r *running) string { return r.kind.noUser(name) })
}

// AddDatabase makes a database.
func (c *Clusters) AddDatabase(ctx context.Context, id, name string) error {
	return c.change(ctx, id, func(r *running) string { return r.kind.database(name, r.cluster.Users[0].Name) })
}

// RemoveDatabase removes a database.
func (c *Clusters) RemoveDatabase(ctx context.Context, id, name string) error {
	return c.change(ctx, id, func(r *running) string { return r.kind.noDatabase(name) })
}

func (c *Clusters) change(ctx context.Context, id string, text func(*running) string) error {
	r := c.find(id)
	if r == nil {
		return fmt.Errorf("cluster %s does not run", id)
	}
	return c.execute(ctx, r, text(r))
}
