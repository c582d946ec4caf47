// Package fakecloud is a simulated DigitalOcean for tests: an http.Handler that
// keeps one account with its keys, droplets, firewalls, tags, domains, reserved IPs,
// projects, VPCs, apps, container registry and managed databases.
//
// It has the delays and failures of the real API; each is one of [Faults] and can be
// switched on by itself. Its answers follow DigitalOcean's published OpenAPI
// description, to which package contract holds them; where the description says
// nothing, they follow what users of the real API report.
//
// Its time is the one that it is given, so a [VirtualClock] makes delays pass at
// once. It connects to nothing; only the Boot and Halt hooks do anything outside of
// it: package machines boots a real machine for each droplet with them.
package fakecloud

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options are what a Cloud is made with.
type Options struct {
	// Token is the only token that is accepted; empty accepts every token.
	Token string
	// Now is the cloud's time, by which all delays are counted; nil is the
	// computer's.
	Now func() time.Time
	// BootTime is how long a create action takes when there is no Boot hook.
	BootTime time.Duration
	// DropletLimit is how many droplets the account may have; 0 is 10.
	DropletLimit int
	// Limits are the rates above which calls are answered with 429; the zero
	// value has no limits, RealLimits has the real ones.
	Limits Limits
	// Faults are what goes wrong; SetFaults changes them later.
	Faults Faults
	// StateFile keeps the cloud's state, so that a later cloud with the same file
	// continues with it. Empty keeps the state in memory.
	StateFile string
	// Boot starts a real machine for a droplet and returns the IPv4 address at
	// which it answers. It is called once for each new droplet, and again for each
	// droplet that was read from StateFile, so it must be repeatable. Its context
	// ends when the droplet is destroyed or the cloud is closed.
	Boot func(ctx context.Context, d Machine) (ip string, err error)
	// Stop shuts down the machine of a droplet that is turned off and keeps its disk; Boot
	// starts it again, perhaps with another size. Nil only marks the droplet as off.
	Stop func(ctx context.Context, id int) error
	// ActionTime is how long it takes to turn a droplet off or on where no hook does it; a
	// resize takes three times as long. 0 is no time.
	ActionTime time.Duration
	// Lead makes a reserved IP lead to a droplet's address, or ends that if the address is
	// empty. With it, reserved IPs are addresses of this computer's loopback.
	Lead func(reserved, to string) error
	// Halt removes the machine of a droplet that is destroyed.
	Halt func(ctx context.Context, id int) error
	// Apps runs what is deployed to App Platform. Without it a deployment becomes active
	// after BootTime.
	Apps AppRunner
	// LiveURL is the URL at which an app answers; nil is made up.
	LiveURL func(appID, name string) string
	// Databases runs the managed databases. With nil they are online after BootTime, and
	// nothing answers at their addresses.
	Databases ClusterRunner
	// AppAddresses are the addresses from which an app's instances and jobs connect by now,
	// for managed databases whose trusted source the app is. Nil asks Apps.
	AppAddresses func(appID string) []netip.Addr
}

// Machine is what a Boot hook is told about its droplet.
type Machine struct {
	// ID is the droplet's number.
	ID int
	// Name is the droplet's name, which is also its host name.
	Name string
	// Image and Size are the slugs that were asked for, MemoryMB is the memory of that size.
	Image, Size string
	MemoryMB    int
	// UserData is what the create call carried, byte by byte.
	UserData string
	// AuthorizedKeys are the public keys that the create call named, in
	// authorized_keys form.
	AuthorizedKeys []string
	// Tags are the tags of the create call.
	Tags []string
}

// Cloud is one simulated account. It is safe for concurrent use.
type Cloud struct {
	options Options
	now     func() time.Time
	mux     *http.ServeMux
	spaces  *spaces
	images  *imageServer

	mu       sync.Mutex
	state    state
	faults   Faults
	requests []Request
	served   map[string]int // how often each fault that counts has struck
	misses   map[string]int // how many 404s reads of a new droplet or action still get

	ctx      context.Context
	stop     context.CancelFunc
	machines sync.WaitGroup
	halts    map[int]context.CancelFunc
	live     map[string]*liveApp // the apps that options.Apps runs, by ID
	streams  map[string]stream   // what the URLs of logs and consoles lead to, by token
	// clusterEnds end what runs the managed databases.
	clusterEnds map[string]context.CancelFunc
}

// New makes a cloud. If options.StateFile exists, the cloud has that state.
func New(options Options) (*Cloud, error) {
	c := &Cloud{
		options: options,
		now:     options.Now,
		faults:  options.Faults,
		served:  map[string]int{},
		misses:  map[string]int{},
		halts:   map[int]context.CancelFunc{},
		live:    map[string]*liveApp{},
		streams: map[string]stream{},

		clusterEnds: map[string]context.CancelFunc{},
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.options.DropletLimit == 0 {
		c.options.DropletLimit = 10
	}
	if c.options.AppAddresses == nil && c.options.Apps != nil {
		c.options.AppAddresses = c.options.Apps.Addresses
	}
	c.state = newState(c.now())
	if err := c.load(); err != nil {
		return nil, err
	}
	c.ctx, c.stop = context.WithCancel(context.Background())
	var err error
	if c.images, err = newImageServer(c); err != nil {
		return nil, err
	}
	c.mux, c.spaces = c.routes(), newSpaces(c)
	for _, d := range c.state.Droplets {
		switch {
		case d.GoneAt != nil:
		case d.Off, c.options.Stop != nil && c.openAction(d) != nil:
			c.leaveOff(d)
		default:
			c.boot(d)
		}
	}
	for _, a := range c.state.Actions {
		if a.Open {
			c.perform(a)
		}
	}
	for _, r := range c.state.ReservedIPs {
		if err := c.lead(r); err != nil {
			return nil, err
		}
	}
	for _, d := range c.state.Clusters {
		c.startCluster(d)
	}
	c.resumeApps()
	return c, nil
}

// Close ends every Boot hook that still runs and waits for it. Machines that were
// booted stay; Halt is called for destroyed droplets only.
func (c *Cloud) Close() {
	c.stop()
	c.machines.Wait()
}

// SetFaults replaces the faults from now on.
func (c *Cloud) SetFaults(f Faults) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = f
	clear(c.served)
}

func (c *Cloud) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, handlers := range []map[string]func(*call){c.handlers(), c.appHandlers(), c.registryHandlers(), c.databaseHandlers()} {
		for pattern, handle := range handlers {
			mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { handle(&call{w: w, r: r, c: c}) })
		}
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { (&call{w: w, r: r, c: c}).notFound() })
	return mux
}

// handlers are all calls that the cloud answers, as patterns of http.ServeMux.
func (c *Cloud) handlers() map[string]func(*call) {
	return map[string]func(*call){
		"GET /v2/account": c.getAccount,

		"GET /v2/account/keys":         c.listKeys,
		"POST /v2/account/keys":        c.createKey,
		"GET /v2/account/keys/{id}":    c.getKey,
		"DELETE /v2/account/keys/{id}": c.deleteKey,

		"GET /v2/regions":     c.listRegions,
		"GET /v2/sizes":       c.listSizes,
		"GET /v2/images":      c.listImages,
		"GET /v2/images/{id}": c.getImage,

		"GET /v2/droplets":               c.listDroplets,
		"POST /v2/droplets":              c.createDroplet,
		"DELETE /v2/droplets":            c.deleteDropletsByTag,
		"GET /v2/droplets/{id}":          c.getDroplet,
		"DELETE /v2/droplets/{id}":       c.deleteDroplet,
		"GET /v2/droplets/{id}/actions":  c.listDropletActions,
		"POST /v2/droplets/{id}/actions": c.createDropletAction,
		"GET /v2/actions/{id}":           c.getAction,

		"GET /v2/tags":                   c.listTags,
		"POST /v2/tags":                  c.createTag,
		"GET /v2/tags/{name}":            c.getTag,
		"DELETE /v2/tags/{name}":         c.deleteTag,
		"POST /v2/tags/{name}/resources": c.tagResources,

		"GET /v2/firewalls":         c.listFirewalls,
		"POST /v2/firewalls":        c.createFirewall,
		"GET /v2/firewalls/{id}":    c.getFirewall,
		"PUT /v2/firewalls/{id}":    c.updateFirewall,
		"DELETE /v2/firewalls/{id}": c.deleteFirewall,

		"GET /v2/domains":                        c.listDomains,
		"POST /v2/domains":                       c.createDomain,
		"GET /v2/domains/{name}":                 c.getDomain,
		"GET /v2/domains/{name}/records":         c.listRecords,
		"POST /v2/domains/{name}/records":        c.createRecord,
		"PUT /v2/domains/{name}/records/{id}":    c.updateRecord,
		"DELETE /v2/domains/{name}/records/{id}": c.deleteRecord,

		"GET /v2/reserved_ips":               c.listReservedIPs,
		"POST /v2/reserved_ips":              c.createReservedIP,
		"GET /v2/reserved_ips/{ip}":          c.getReservedIP,
		"DELETE /v2/reserved_ips/{ip}":       c.deleteReservedIP,
		"POST /v2/reserved_ips/{ip}/actions": c.createReservedIPAction,

		"GET /v2/projects":                 c.listProjects,
		"GET /v2/projects/{id}/resources":  c.listProjectResources,
		"POST /v2/projects/{id}/resources": c.assignProjectResources,

		"GET /v2/spaces/keys":         c.listSpacesKeys,
		"POST /v2/spaces/keys":        c.createSpacesKey,
		"DELETE /v2/spaces/keys/{id}": c.deleteSpacesKey,

		"GET /v2/vpcs":      c.listVPCs,
		"GET /v2/vpcs/{id}": c.getVPC,
	}
}

// ServeHTTP answers one call. Calls are answered one at a time, but for what is below
// StreamsPath.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, StreamsPath) {
		c.serveStream(w, r)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.removeGone()
	c.settle()
	c.settleApps()
	now := c.now()
	c.requests = append(c.requests, Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Time: now})
	k := &call{w: w, r: r, c: c}
	if c.refuses(k, now) {
		return
	}
	c.mux.ServeHTTP(w, r)
}

// call is one request and where its answer is written.
type call struct {
	w http.ResponseWriter
	r *http.Request
	c *Cloud
}

func (k *call) path(name string) string { return k.r.PathValue(name) }

func (k *call) id() int {
	id, err := strconv.Atoi(k.path("id"))
	if err != nil {
		return 0
	}
	return id
}

// read decodes the request's body. If it can't, it answers 400 and returns false.
func (k *call) read(into any) bool {
	if err := json.NewDecoder(k.r.Body).Decode(into); err != nil {
		k.fail(http.StatusBadRequest, "bad_request", "unable to decode request body")
		return false
	}
	return true
}

// answer saves what the call changed and sends a body.
func (k *call) answer(status int, body any) {
	if k.r.Method != http.MethodGet {
		if err := k.c.save(); err != nil {
			k.fail(http.StatusInternalServerError, "server_error", "the simulated cloud can't save its state: "+err.Error())
			return
		}
	}
	if k.losesAnswer() {
		return
	}
	if body == nil {
		k.w.WriteHeader(status)
		return
	}
	k.send(status, body)
}

func (k *call) send(status int, body any) {
	k.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	k.w.WriteHeader(status)
	// It is no error of the cloud if the client has gone.
	_ = json.NewEncoder(k.w).Encode(body)
}

// fail answers with an error body like the real API's.
func (k *call) fail(status int, id, message string) {
	requestID := fmt.Sprintf("fa4e0000-0000-4000-8000-%012d", len(k.c.requests))
	k.w.Header().Set("X-Request-Id", requestID)
	k.send(status, map[string]string{"id": id, "message": message, "request_id": requestID})
}

func (k *call) notFound() {
	k.fail(http.StatusNotFound, "not_found", "The resource you were accessing could not be found.")
}

func (k *call) unprocessable(message string) {
	k.fail(http.StatusUnprocessableEntity, "unprocessable_entity", message)
}

// family is the kind of resource that a path is about: "droplets", "account/keys". What is
// below an app is a family of its own: "apps/deployments", "apps/rollback".
func family(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/v2/"), "/")
	switch {
	case parts[0] == "account" && len(parts) > 1:
		return "account/keys"
	case parts[0] == "apps" && len(parts) > 2:
		return "apps/" + parts[2]
	case parts[0] == "apps" && len(parts) > 1 && parts[1] == "propose":
		return "apps/propose"
	}
	return parts[0]
}
