package fakecloud

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// cluster is a managed database.
type cluster struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Engine    string         `json:"engine"` // "pg", "mysql", "valkey"
	Version   string         `json:"version"`
	Size      string         `json:"size"`
	Region    string         `json:"region"`
	Nodes     int            `json:"num_nodes"`
	Storage   int            `json:"storage_size_mib"`
	VPC       string         `json:"private_network_uuid"`
	Project   string         `json:"project_id"`
	Tags      []string       `json:"tags"`
	CreatedAt string         `json:"created_at"`
	Databases []string       `json:"databases"`
	Users     []ClusterUser  `json:"users"` // the first is the cluster's own
	Rules     []clusterRule  `json:"rules"`
	Events    []clusterEvent `json:"events"`
	// Made is when it was asked for. A cluster without a runner is online OnlineAt; one with
	// a runner at the earliest.
	Made     time.Time `json:"made"`
	OnlineAt time.Time `json:"online_at"`
	// ResizedAt is when the resize that runs will be done.
	ResizedAt *time.Time `json:"resized_at,omitempty"`
	// Endpoint is where it answers; nil until that is known.
	Endpoint *ClusterEndpoint `json:"endpoint,omitempty"`
	// starting tells whether its runner has not said yet that it runs, started when it has.
	starting bool
	started  chan struct{}
}

type clusterRule struct {
	ID        string `json:"uuid"`
	Cluster   string `json:"cluster_uuid"`
	Type      string `json:"type"`
	Value     string `json:"value"`
	CreatedAt string `json:"created_at"`
}

type clusterEvent struct {
	ID      string `json:"id"`
	Cluster string `json:"cluster_name"`
	Type    string `json:"event_type"`
	Time    string `json:"create_time"`
}

// What the engines have: the user and the database that a new cluster has, and the scheme
// of its URLs.
var clusterEngines = map[string]struct{ user, database, scheme, semantic string }{
	"pg":     {"doadmin", "defaultdb", "postgresql", ".6"},
	"mysql":  {"doadmin", "defaultdb", "mysql", ".0.35"},
	"valkey": {"default", "", "rediss", ".1"},
}

var clusterName = regexp.MustCompile(`^[a-z][a-z0-9-]{1,61}[a-z0-9]$`)

// status is the cluster's status by now.
func (c *Cloud) clusterStatus(d *cluster) string {
	switch {
	case d.starting || d.Endpoint == nil || c.now().Before(d.OnlineAt):
		return "creating"
	case d.ResizedAt != nil && c.now().Before(*d.ResizedAt):
		return "resizing"
	}
	return "online"
}

func (c *Cloud) clusterJSON(d *cluster) map[string]any {
	shown := map[string]any{
		"id": d.ID, "name": d.Name, "engine": d.Engine, "version": d.Version,
		"semantic_version": d.Version + clusterEngines[d.Engine].semantic, "num_nodes": d.Nodes, "size": d.Size,
		"region": d.Region, "status": c.clusterStatus(d), "created_at": d.CreatedAt, "private_network_uuid": d.VPC,
		"project_id": d.Project, "tags": append([]string{}, d.Tags...), "db_names": append([]string{}, d.Databases...),
		"users": d.usersJSON(), "storage_size_mib": d.Storage, "rules": append([]clusterRule{}, d.Rules...),
		"maintenance_window": map[string]any{"day": "tuesday", "hour": "14:00:00", "pending": false},
	}
	if d.Endpoint != nil {
		connection := d.connection("")
		shown["connection"], shown["private_connection"] = connection, connection
	}
	return shown
}

func (d *cluster) usersJSON() []map[string]any {
	list := []map[string]any{}
	for i := range d.Users {
		list = append(list, d.userJSON(&d.Users[i]))
	}
	return list
}

func (d *cluster) userJSON(u *ClusterUser) map[string]any {
	shown := map[string]any{"name": u.Name, "role": "normal", "password": u.Password}
	if u.Name == d.Users[0].Name {
		shown["role"] = "primary"
	}
	if d.Engine == "mysql" {
		shown["mysql_settings"] = map[string]string{"auth_plugin": "caching_sha2_password"}
	}
	return shown
}

// clusterOf is the cluster that a call names; otherwise it answers 404.
func (c *Cloud) clusterOf(k *call) *cluster {
	for _, d := range c.state.Clusters {
		if d.ID == k.path("id") {
			return d
		}
	}
	k.notFound()
	return nil
}

// onlineClusterOf is clusterOf for what only a cluster that runs can do.
func (c *Cloud) onlineClusterOf(k *call) *cluster {
	d := c.clusterOf(k)
	if d != nil && c.clusterStatus(d) == "creating" {
		k.fail(http.StatusPreconditionFailed, "precondition_failed", "cluster is not ready: it is still being created")
		return nil
	}
	return d
}

func (c *Cloud) listDatabaseClusters(k *call) {
	list := []map[string]any{}
	tag := k.r.URL.Query().Get("tag_name")
	for _, d := range c.state.Clusters {
		if tag != "" && !slices.Contains(d.Tags, tag) || c.now().Before(d.Made.Add(c.faults.DatabaseListLag)) {
			continue
		}
		list = append(list, c.clusterJSON(d))
	}
	page(k, "databases", list)
}

func (c *Cloud) getDatabaseCluster(k *call) {
	if d := c.clusterOf(k); d != nil {
		k.answer(http.StatusOK, map[string]any{"database": c.clusterJSON(d)})
	}
}

// clusterAsk is what a create call asks for.
type clusterAsk struct {
	Name    string        `json:"name"`
	Engine  string        `json:"engine"`
	Version string        `json:"version"`
	Size    string        `json:"size"`
	Region  string        `json:"region"`
	Nodes   int           `json:"num_nodes"`
	Storage int           `json:"storage_size_mib"`
	VPC     string        `json:"private_network_uuid"`
	Project string        `json:"project_id"`
	Tags    []string      `json:"tags"`
	Rules   []clusterRule `json:"rules"`
}

func (c *Cloud) createDatabaseCluster(k *call) {
	var ask clusterAsk
	if !k.read(&ask) {
		return
	}
	if message := c.refusesCluster(&ask); message != "" {
		k.unprocessable(message)
		return
	}
	engine, now := clusterEngines[ask.Engine], c.now()
	d := &cluster{
		ID: c.nextUUID(), Name: ask.Name, Engine: ask.Engine, Version: ask.Version, Size: ask.Size, Region: ask.Region,
		Nodes: ask.Nodes, Storage: ask.Storage, VPC: ask.VPC, Project: ask.Project, Tags: ask.Tags, CreatedAt: stamp(now),
		Users: []ClusterUser{newClusterUser(engine.user)}, Made: now,
		OnlineAt: now.Add(c.options.BootTime + c.faults.SlowDatabase),
	}
	if engine.database != "" {
		d.Databases = []string{engine.database}
	}
	if d.Project == "" {
		d.Project = c.state.Projects[0].ID
	}
	c.setRules(d, ask.Rules)
	c.addEvent(d, "cluster_create")
	for _, tag := range ask.Tags {
		if !slices.Contains(c.state.Tags, tag) {
			c.state.Tags = append(c.state.Tags, tag)
		}
	}
	c.state.Clusters = append(c.state.Clusters, d)
	c.startCluster(d)
	k.answer(http.StatusCreated, map[string]any{"database": c.clusterJSON(d)})
}

// refusesCluster is why a cluster can't be made; empty if it can. It fills in what the
// call left out.
func (c *Cloud) refusesCluster(ask *clusterAsk) string {
	offer, known := clusterOffers[ask.Engine]
	if !known {
		return "invalid engine"
	}
	if ask.Version == "" {
		ask.Version = offer.versions[len(offer.versions)-1]
	}
	size, sold := databaseSizes[ask.Size]
	switch {
	case !clusterName.MatchString(ask.Name):
		return "invalid cluster name"
	case !slices.Contains(offer.versions, ask.Version):
		return "invalid version"
	case ask.Nodes < 1 || ask.Nodes > 3 || ask.Engine == "valkey" && ask.Nodes > 2:
		return "invalid number of nodes"
	case !sold || !slices.Contains(offer.sizes(ask.Nodes), ask.Size):
		return "invalid size"
	case !slices.Contains(databaseRegions, ask.Region):
		return "invalid region"
	case ask.Size == c.faults.SoldOutSize || ask.Size == c.faults.UnlistedSize:
		return "size is not available in this region"
	case slices.ContainsFunc(c.state.Clusters, func(d *cluster) bool { return d.Name == ask.Name }):
		return "cluster name is not available"
	}
	if ask.Storage == 0 {
		ask.Storage = size.storageMiB
	}
	return c.refusesRules(ask.Rules)
}

func (c *Cloud) addEvent(d *cluster, kind string) {
	d.Events = append(d.Events, clusterEvent{ID: c.nextUUID(), Cluster: d.Name, Type: kind, Time: stamp(c.now())})
}

func (c *Cloud) deleteDatabaseCluster(k *call) {
	d := c.clusterOf(k)
	if d == nil {
		return
	}
	c.state.Clusters = slices.DeleteFunc(c.state.Clusters, func(o *cluster) bool { return o == d })
	c.stopCluster(d)
	k.answer(http.StatusNoContent, nil)
}

func (c *Cloud) resizeDatabaseCluster(k *call) {
	d := c.onlineClusterOf(k)
	if d == nil {
		return
	}
	var ask struct {
		Size    string `json:"size"`
		Nodes   int    `json:"num_nodes"`
		Storage int    `json:"storage_size_mib"`
	}
	if !k.read(&ask) {
		return
	}
	size, sold := databaseSizes[ask.Size]
	switch {
	case !sold || !slices.Contains(clusterOffers[d.Engine].sizes(ask.Nodes), ask.Size):
		k.unprocessable("invalid size")
	case max(ask.Storage, size.storageMiB) < d.Storage:
		k.unprocessable("storage can't be reduced")
	default:
		done := c.now().Add(c.options.BootTime)
		d.Size, d.Nodes, d.Storage, d.ResizedAt = ask.Size, ask.Nodes, max(ask.Storage, size.storageMiB), &done
		c.addEvent(d, "cluster_update")
		k.answer(http.StatusAccepted, nil)
	}
}

func (c *Cloud) getDatabaseCA(k *call) {
	d := c.clusterOf(k)
	if d == nil {
		return
	}
	if d.Endpoint == nil {
		k.notFound()
		return
	}
	certificate := base64.StdEncoding.EncodeToString(d.Endpoint.CA)
	k.answer(http.StatusOK, map[string]any{"ca": map[string]string{"certificate": certificate}})
}

func (c *Cloud) listDatabaseEvents(k *call) {
	if d := c.clusterOf(k); d != nil {
		page(k, "events", d.Events)
	}
}

func (c *Cloud) listDatabaseBackups(k *call) {
	d := c.clusterOf(k)
	if d == nil {
		return
	}
	backups := []map[string]any{}
	for day := d.Made.Add(24 * time.Hour); day.Before(c.now()); day = day.Add(24 * time.Hour) {
		backups = append(backups, map[string]any{"created_at": stamp(day), "size_gigabytes": 0.03})
	}
	k.answer(http.StatusOK, map[string]any{"backups": backups})
}
