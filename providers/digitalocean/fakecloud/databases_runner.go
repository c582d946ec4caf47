package fakecloud

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// ClusterRunner runs a real database for each managed database of the account. Its calls
// come one at a time for a cluster, with the account's lock held, apart from Run and
// Remove; so a runner must not wait for a call to the cloud in them.
type ClusterRunner interface {
	// Run starts a cluster with its database and its users, and returns where it answers.
	// It is called once for each new cluster, and again for each one that was read from
	// Options.StateFile, so it must be repeatable. Its context ends when the cluster is
	// destroyed or the cloud is closed.
	Run(ctx context.Context, cluster Cluster) (ClusterEndpoint, error)
	// AddUser makes a user who owns nothing, or gives one another password.
	AddUser(ctx context.Context, id string, user ClusterUser) error
	// RemoveUser removes a user.
	RemoveUser(ctx context.Context, id, name string) error
	// AddDatabase makes a database, which belongs to the cluster's first user.
	AddDatabase(ctx context.Context, id, name string) error
	// RemoveDatabase removes a database with all that is in it.
	RemoveDatabase(ctx context.Context, id, name string) error
	// Remove removes a cluster with all that is in it.
	Remove(ctx context.Context, id string) error
}

// Cluster is what a ClusterRunner is told about a managed database.
type Cluster struct {
	// ID is the cluster's UUID.
	ID string
	// Name, Engine ("pg", "mysql", "valkey"), Version and Size are as the create call asked.
	Name, Engine, Version, Size string
	// Users are the cluster's users; the first may do everything.
	Users []ClusterUser
	// Databases are the names of its databases; Valkey has none.
	Databases []string
	// Admits tells whether an address is a trusted source of the cluster by now. Several
	// goroutines may call it. A cluster without trusted sources admits everybody.
	Admits func(peer netip.Addr) bool
}

// ClusterUser is a user of a managed database.
type ClusterUser struct {
	Name     string `json:"name"`
	Password string `json:"password"`
}

// ClusterEndpoint is where a managed database answers, with TLS.
type ClusterEndpoint struct {
	Host string `json:"host"`
	Port int    `json:"port"`
	// CA is the certificate of the authority that signed the server's, in PEM.
	CA []byte `json:"ca"`
}

// madeUpCA is the authority of clusters that nobody runs.
const madeUpCA = "-----BEGIN CERTIFICATE-----\nbm9ib2R5IHJ1bnMgdGhpcyBjbHVzdGVy\n-----END CERTIFICATE-----\n"

// startCluster starts a cluster's database, if there is a runner for that.
func (c *Cloud) startCluster(d *cluster) {
	if c.options.Databases == nil {
		d.Endpoint = &ClusterEndpoint{Host: d.Name + "-do-user-1-0.db.ondigitalocean.com", Port: 25060, CA: []byte(madeUpCA)}
		return
	}
	ctx, cancel := context.WithCancel(c.ctx)
	c.clusterEnds[d.ID] = cancel
	d.starting, d.started = true, make(chan struct{})
	told := Cluster{
		ID: d.ID, Name: d.Name, Engine: d.Engine, Version: d.Version, Size: d.Size, Users: slices.Clone(d.Users),
		Databases: slices.Clone(d.Databases), Admits: func(peer netip.Addr) bool { return c.admits(d.ID, peer) },
	}
	done := d.started
	c.machines.Go(func() {
		defer close(done)
		endpoint, err := c.options.Databases.Run(ctx, told)
		if err != nil {
			return // as with the real ones, such a cluster is never online
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		d.starting, d.Endpoint = false, &endpoint
		// If this fails, the next call that changes something reports it.
		_ = c.save()
	})
}

// stopCluster removes a cluster's database.
func (c *Cloud) stopCluster(d *cluster) {
	end := c.clusterEnds[d.ID]
	if end == nil {
		return
	}
	end()
	delete(c.clusterEnds, d.ID)
	id, started := d.ID, d.started
	c.machines.Go(func() {
		<-started
		// A cloud that closes still removes what was destroyed before.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), time.Minute)
		defer cancel()
		_ = c.options.Databases.Remove(ctx, id) // the cluster is gone for its owner either way
	})
}

// ran lets the runner do something, if there is one. If it can't, the call fails.
func (c *Cloud) ran(k *call, do func(r ClusterRunner) error) bool {
	if c.options.Databases == nil {
		return true
	}
	if err := do(c.options.Databases); err != nil {
		k.fail(http.StatusInternalServerError, "server_error", "the simulated cluster can't do that: "+err.Error())
		return false
	}
	return true
}

// admits tells whether an address is a trusted source of a cluster.
func (c *Cloud) admits(id string, peer netip.Addr) bool {
	rules, apps := c.sources(id)
	if len(rules)+len(apps) == 0 {
		return true
	}
	for _, r := range rules {
		if r.Contains(peer) {
			return true
		}
	}
	if c.options.AppAddresses == nil {
		return false
	}
	// Without the lock: what runs the apps may be in a call to the cloud.
	return slices.ContainsFunc(apps, func(app string) bool { return slices.Contains(c.options.AppAddresses(app), peer) })
}

// sources are the trusted sources of a cluster: addresses, and the IDs of apps.
func (c *Cloud) sources(id string) (rules []netip.Prefix, apps []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.state.Clusters, func(d *cluster) bool { return d.ID == id })
	if i < 0 {
		return []netip.Prefix{{}}, nil // nobody
	}
	for _, r := range c.state.Clusters[i].Rules {
		switch r.Type {
		case "app":
			apps = append(apps, r.Value)
		case "ip_addr":
			within, _ := network(r.Value)
			rules = append(rules, within)
		default:
			rules = append(rules, netip.Prefix{}) // a droplet that has gone leaves a rule for nobody
			rules = append(rules, c.dropletSources(r)...)
		}
	}
	return rules, apps
}

// dropletSources are the addresses of the droplets that a rule names.
func (c *Cloud) dropletSources(r clusterRule) []netip.Prefix {
	var all []netip.Prefix
	for _, d := range c.state.Droplets {
		if r.Type == "droplet" && strconv.Itoa(d.ID) != r.Value || r.Type == "tag" && !slices.Contains(d.Tags, r.Value) {
			continue
		}
		if within, ok := network(d.IPv4); ok {
			all = append(all, within)
		}
	}
	return all
}
