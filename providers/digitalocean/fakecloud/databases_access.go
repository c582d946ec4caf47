package fakecloud

import (
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
)

// maxRules is how many trusted sources a cluster can have.
const maxRules = 100

var accessName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$`)

func newClusterUser(name string) ClusterUser {
	return ClusterUser{Name: name, Password: "AVNS_" + rand.Text()[:19]}
}

// user is a user of the cluster; nil is none.
func (d *cluster) user(name string) *ClusterUser {
	i := slices.IndexFunc(d.Users, func(u ClusterUser) bool { return u.Name == name })
	if i < 0 {
		return nil
	}
	return &d.Users[i]
}

// connection is how a user connects to a database; with "" the cluster's first ones.
func (d *cluster) connection(database string) map[string]any {
	if database == "" && len(d.Databases) > 0 {
		database = d.Databases[0]
	}
	u := d.Users[0]
	return map[string]any{
		"uri": d.uri(u, database), "database": database, "host": d.Endpoint.Host, "port": d.Endpoint.Port,
		"user": u.Name, "password": u.Password, "ssl": true,
	}
}

// uri is the URL of a database for a user.
func (d *cluster) uri(u ClusterUser, database string) string {
	address := &url.URL{
		Scheme: clusterEngines[d.Engine].scheme, User: url.UserPassword(u.Name, u.Password),
		Host: net.JoinHostPort(d.Endpoint.Host, strconv.Itoa(d.Endpoint.Port)), Path: "/" + database,
	}
	switch d.Engine {
	case "pg":
		address.RawQuery = "sslmode=require"
	case "mysql":
		address.RawQuery = "ssl-mode=REQUIRED"
	case "valkey":
		address.Path = ""
	}
	return address.String()
}

// databaseBinding is what an app's variables can take from a cluster: "HOSTNAME", "PORT",
// "USERNAME", "PASSWORD", "DATABASE", "DATABASE_URL", "CA_CERT". With "" the user and the
// database are the cluster's first ones. It is nil if there is no such thing, or if it
// does not answer yet.
func (c *Cloud) databaseBinding(clusterName, user, database string) map[string]string {
	i := slices.IndexFunc(c.state.Clusters, func(d *cluster) bool { return d.Name == clusterName })
	if i < 0 || c.clusterStatus(c.state.Clusters[i]) == "creating" {
		return nil
	}
	d := c.state.Clusters[i]
	if user == "" {
		user = d.Users[0].Name
	}
	if database == "" && len(d.Databases) > 0 {
		database = d.Databases[0]
	}
	u := d.user(user)
	if u == nil || database != "" && !slices.Contains(d.Databases, database) {
		return nil
	}
	return map[string]string{
		"HOSTNAME": d.Endpoint.Host, "PORT": strconv.Itoa(d.Endpoint.Port), "USERNAME": u.Name, "PASSWORD": u.Password,
		"DATABASE": database, "DATABASE_URL": d.uri(*u, database), "CA_CERT": string(d.Endpoint.CA),
	}
}

func (c *Cloud) listDatabaseUsers(k *call) {
	if d := c.clusterOf(k); d != nil {
		page(k, "users", d.usersJSON())
	}
}

func (c *Cloud) getDatabaseUser(k *call) {
	d := c.clusterOf(k)
	if d == nil {
		return
	}
	u := d.user(k.path("name"))
	if u == nil {
		k.notFound()
		return
	}
	k.answer(http.StatusOK, map[string]any{"user": d.userJSON(u)})
}

func (c *Cloud) createDatabaseUser(k *call) {
	d := c.onlineClusterOf(k)
	var ask struct {
		Name string `json:"name"`
	}
	if d == nil || !k.read(&ask) {
		return
	}
	switch {
	case d.Engine == "valkey" || !accessName.MatchString(ask.Name):
		k.unprocessable("invalid user name")
		return
	case d.user(ask.Name) != nil:
		k.fail(http.StatusConflict, "conflict", "user already exists")
		return
	}
	u := newClusterUser(ask.Name)
	if !c.ran(k, func(r ClusterRunner) error { return r.AddUser(c.ctx, d.ID, u) }) {
		return
	}
	d.Users = append(d.Users, u)
	k.answer(http.StatusCreated, map[string]any{"user": d.userJSON(&u)})
}

// resetDatabaseUser gives a user another password.
func (c *Cloud) resetDatabaseUser(k *call) {
	d := c.onlineClusterOf(k)
	if d == nil {
		return
	}
	u := d.user(k.path("name"))
	if u == nil {
		k.notFound()
		return
	}
	again := newClusterUser(u.Name)
	if !c.ran(k, func(r ClusterRunner) error { return r.AddUser(c.ctx, d.ID, again) }) {
		return
	}
	*u = again
	k.answer(http.StatusOK, map[string]any{"user": d.userJSON(u)})
}

func (c *Cloud) deleteDatabaseUser(k *call) {
	d := c.onlineClusterOf(k)
	if d == nil {
		return
	}
	name := k.path("name")
	switch {
	case d.user(name) == nil:
		k.notFound()
		return
	case d.Users[0].Name == name:
		k.unprocessable("the primary user can't be deleted")
		return
	}
	if !c.ran(k, func(r ClusterRunner) error { return r.RemoveUser(c.ctx, d.ID, name) }) {
		return
	}
	d.Users = slices.DeleteFunc(d.Users, func(u ClusterUser) bool { return u.Name == name })
	k.answer(http.StatusNoContent, nil)
}

func (c *Cloud) listDatabaseDBs(k *call) {
	d := c.clusterOf(k)
	if d == nil {
		return
	}
	list := []map[string]string{}
	for _, name := range d.Databases {
		list = append(list, map[string]string{"name": name})
	}
	page(k, "dbs", list)
}

func (c *Cloud) getDatabaseDB(k *call) {
	d := c.clusterOf(k)
	if d == nil {
		return
	}
	if !slices.Contains(d.Databases, k.path("name")) {
		k.notFound()
		return
	}
	k.answer(http.StatusOK, map[string]any{"db": map[string]string{"name": k.path("name")}})
}

func (c *Cloud) createDatabaseDB(k *call) {
	d := c.onlineClusterOf(k)
	var ask struct {
		Name string `json:"name"`
	}
	if d == nil || !k.read(&ask) {
		return
	}
	switch {
	case d.Engine == "valkey" || !accessName.MatchString(ask.Name):
		k.unprocessable("invalid database name")
		return
	case slices.Contains(d.Databases, ask.Name):
		k.fail(http.StatusConflict, "conflict", "database already exists")
		return
	}
	if !c.ran(k, func(r ClusterRunner) error { return r.AddDatabase(c.ctx, d.ID, ask.Name) }) {
		return
	}
	d.Databases = append(d.Databases, ask.Name)
	k.answer(http.StatusCreated, map[string]any{"db": map[string]string{"name": ask.Name}})
}

func (c *Cloud) deleteDatabaseDB(k *call) {
	d := c.onlineClusterOf(k)
	if d == nil {
		return
	}
	name := k.path("name")
	if !slices.Contains(d.Databases, name) {
		k.notFound()
		return
	}
	if !c.ran(k, func(r ClusterRunner) error { return r.RemoveDatabase(c.ctx, d.ID, name) }) {
		return
	}
	d.Databases = slices.DeleteFunc(d.Databases, func(n string) bool { return n == name })
	k.answer(http.StatusNoContent, nil)
}

func (c *Cloud) listDatabaseRules(k *call) {
	if d := c.clusterOf(k); d != nil {
		k.answer(http.StatusOK, map[string]any{"rules": append([]clusterRule{}, d.Rules...)})
	}
}

func (c *Cloud) updateDatabaseRules(k *call) {
	d := c.clusterOf(k)
	var ask struct {
		Rules []clusterRule `json:"rules"`
	}
	if d == nil || !k.read(&ask) {
		return
	}
	if message := c.refusesRules(ask.Rules); message != "" {
		k.unprocessable(message)
		return
	}
	c.setRules(d, ask.Rules)
	k.answer(http.StatusNoContent, nil)
}

// setRules replaces a cluster's trusted sources. One that is there keeps its number.
func (c *Cloud) setRules(d *cluster, asked []clusterRule) {
	rules := []clusterRule{}
	for _, r := range asked {
		i := slices.IndexFunc(d.Rules, func(o clusterRule) bool { return o.Type == r.Type && o.Value == r.Value })
		if i >= 0 {
			rules = append(rules, d.Rules[i])
			continue
		}
		rules = append(rules, clusterRule{ID: c.nextUUID(), Cluster: d.ID, Type: r.Type, Value: r.Value, CreatedAt: stamp(c.now())})
	}
	d.Rules = rules
}

// refusesRules is why trusted sources can't be set; empty if they can.
func (c *Cloud) refusesRules(rules []clusterRule) string {
	if len(rules) > maxRules {
		return fmt.Sprintf("a cluster can have %d trusted sources at most", maxRules)
	}
	for _, r := range rules {
		if !c.validSource(r) {
			return fmt.Sprintf("invalid trusted source: %s %s", r.Type, r.Value)
		}
	}
	return ""
}

func (c *Cloud) validSource(r clusterRule) bool {
	switch r.Type {
	case "ip_addr":
		_, ok := network(r.Value)
		return ok
	case "droplet":
		id, err := strconv.Atoi(r.Value)
		return err == nil && slices.ContainsFunc(c.state.Droplets, func(d *droplet) bool { return d.ID == id })
	}
	return (r.Type == "tag" || r.Type == "app") && r.Value != ""
}

// network is the range of an address or of a range of IPv4 addresses.
func network(value string) (netip.Prefix, bool) {
	if address, err := netip.ParseAddr(value); err == nil {
		return netip.PrefixFrom(address, address.BitLen()), address.Is4()
	}
	within, err := netip.ParsePrefix(value)
	return within, err == nil && within.Addr().Is4()
}
