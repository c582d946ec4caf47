package fakecloud_test

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers/digitalocean/fakecloud"
)

func askForCluster(engine string) *godo.DatabaseCreateRequest {
	return &godo.DatabaseCreateRequest{
		Name: "web-" + engine, EngineSlug: engine, SizeSlug: "db-s-1vcpu-1gb", Region: "fra1", NumNodes: 1,
		Tags: []string{"slipway-web"}, Rules: []*godo.DatabaseCreateFirewallRule{},
	}
}

func TestDatabaseComesOnline(t *testing.T) {
	clock := fakecloud.NewVirtualClock(time.Unix(1_800_000_000, 0))
	c, cloud := open(t, fakecloud.Options{Now: clock.Now, BootTime: 3 * time.Minute})
	api, ctx := c.api(), t.Context()
	for engine, want := range map[string]string{
		"pg":     "postgresql://doadmin:%s@web-pg-do-user-1-0.db.ondigitalocean.com:25060/defaultdb?sslmode=require",
		"mysql":  "mysql://doadmin:%s@web-mysql-do-user-1-0.db.ondigitalocean.com:25060/defaultdb?ssl-mode=REQUIRED",
		"valkey": "rediss://default:%s@web-valkey-do-user-1-0.db.ondigitalocean.com:25060",
	} {
		made, _, err := api.Databases.Create(ctx, askForCluster(engine))
		if err != nil || made.Status != "creating" {
			t.Fatalf("%s: %+v, %v", engine, made, err)
		}
		if _, _, err := api.Databases.CreateDB(ctx, made.ID, &godo.DatabaseCreateDBRequest{Name: "app"}); answered(err) != 412 {
			t.Errorf("%s: a database in a cluster that is not online: %v", engine, err)
		}
		if err := clock.Sleep(ctx, 3*time.Minute); err != nil {
			t.Fatal(err)
		}
		now, _, err := api.Databases.Get(ctx, made.ID)
		if err != nil || now.Status != "online" || now.Connection.URI != fmt.Sprintf(want, now.Connection.Password) {
			t.Errorf("%s: %+v, %v", engine, now, err)
		}
		if ca, _, err := api.Databases.GetCA(ctx, made.ID); err != nil || !bytes.HasPrefix(ca.Certificate, []byte("-----BEGIN CERTIFICATE-----")) {
			t.Errorf("%s: the CA is %+v, %v", engine, ca, err)
		}
	}
	if _, _, err := api.Databases.Create(ctx, askForCluster("pg")); answered(err) != 422 {
		t.Errorf("a second cluster of the name: %v", err)
	}
	list, _, err := api.Databases.List(ctx, &godo.ListOptions{PerPage: 200})
	if err != nil || len(list) != 3 {
		t.Errorf("the list has %d clusters, %v", len(list), err)
	}
	for _, d := range list {
		if _, err := api.Databases.Delete(ctx, d.ID); err != nil {
			t.Error(err)
		}
	}
	if left := cloud.Contents().Databases; len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestDatabaseUsersAndDatabases(t *testing.T) {
	c, _ := open(t, fakecloud.Options{})
	api, ctx := c.api(), t.Context()
	made, _, err := api.Databases.Create(ctx, askForCluster("pg"))
	if err != nil {
		t.Fatal(err)
	}
	user, _, err := api.Databases.CreateUser(ctx, made.ID, &godo.DatabaseCreateUserRequest{Name: "app"})
	if err != nil || user.Role != "normal" || user.Password == "" {
		t.Fatalf("the user is %+v, %v", user, err)
	}
	if _, _, err := api.Databases.CreateUser(ctx, made.ID, &godo.DatabaseCreateUserRequest{Name: "app"}); answered(err) != 409 {
		t.Errorf("the same user again: %v", err)
	}
	if again, _, err := api.Databases.ResetUserAuth(ctx, made.ID, "app", &godo.DatabaseResetUserAuthRequest{}); err != nil || again.Password == user.Password {
		t.Errorf("another password: %+v, %v", again, err)
	}
	if _, _, err := api.Databases.CreateDB(ctx, made.ID, &godo.DatabaseCreateDBRequest{Name: "app"}); err != nil {
		t.Error(err)
	}
	if _, _, err := api.Databases.CreateDB(ctx, made.ID, &godo.DatabaseCreateDBRequest{Name: "app"}); answered(err) != 409 {
		t.Errorf("the same database again: %v", err)
	}
	now, _, err := api.Databases.Get(ctx, made.ID)
	if err != nil || fmt.Sprint(now.DBNames) != "[defaultdb app]" || len(now.Users) != 2 || now.Users[0].Role != "primary" {
		t.Errorf("the cluster has %v and %v, %v", now.DBNames, now.Users, err)
	}
	for _, err := range []error{
		second(api.Databases.DeleteUser(ctx, made.ID, "app")), second(api.Databases.DeleteDB(ctx, made.ID, "app")),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if _, err := api.Databases.DeleteUser(ctx, made.ID, "doadmin"); answered(err) != 422 {
		t.Errorf("the primary user: %v", err)
	}
	if _, _, err := api.Databases.GetUser(ctx, made.ID, "app"); answered(err) != 404 {
		t.Errorf("a user who was deleted: %v", err)
	}
	if events, _, err := api.Databases.ListDatabaseEvents(ctx, made.ID, nil); err != nil || len(events) != 1 {
		t.Errorf("the events are %v, %v", events, err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestDatabaseRefusals(t *testing.T) {
	c, cloud := open(t, fakecloud.Options{})
	api := c.api()
	for want, change := range map[string]func(*godo.DatabaseCreateRequest){
		"size is not available": func(r *godo.DatabaseCreateRequest) { r.SizeSlug = "db-s-2vcpu-4gb" },
		"invalid size":          func(r *godo.DatabaseCreateRequest) { r.NumNodes = 2 },
		"invalid version":       func(r *godo.DatabaseCreateRequest) { r.Version = "9" },
		"invalid region":        func(r *godo.DatabaseCreateRequest) { r.Region = "sfo2" },
		"invalid cluster name":  func(r *godo.DatabaseCreateRequest) { r.Name = "Web" },
		"invalid engine":        func(r *godo.DatabaseCreateRequest) { r.EngineSlug = "kafka" },
		"invalid trusted source": func(r *godo.DatabaseCreateRequest) {
			r.Rules = []*godo.DatabaseCreateFirewallRule{{Type: "ip_addr", Value: "2001:db8::1"}}
		},
	} {
		cloud.SetFaults(fakecloud.Faults{SoldOutSize: "db-s-2vcpu-4gb"})
		ask := askForCluster("pg")
		change(ask)
		if _, _, err := api.Databases.Create(t.Context(), ask); answered(err) != 422 || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	for _, f := range []fakecloud.Faults{{PaymentRequired: "databases"}, {MissingScope: "database:create"}} {
		cloud.SetFaults(f)
		if _, _, err := api.Databases.Create(t.Context(), askForCluster("pg")); answered(err) != 402 && answered(err) != 403 {
			t.Errorf("%+v: %v", f, err)
		}
	}
	cloud.SetFaults(fakecloud.Faults{UnlistedSize: "db-s-1vcpu-1gb"})
	if offered, _, err := api.Databases.ListOptions(t.Context()); err != nil || offered.PostgresSQLOptions.Layouts[0].Sizes[0] != "db-s-1vcpu-2gb" {
		t.Errorf("the options are %+v, %v", offered, err)
	}
}

func TestDatabaseDelays(t *testing.T) {
	clock := fakecloud.NewVirtualClock(time.Unix(1_800_000_000, 0))
	c, _ := open(t, fakecloud.Options{Now: clock.Now, Faults: fakecloud.Faults{
		SlowDatabase: 10 * time.Minute, DatabaseListLag: 20 * time.Second, DropAfter: "databases",
	}})
	api, ctx := c.api(), t.Context()
	if _, _, err := api.Databases.Create(ctx, askForCluster("pg")); err == nil || answered(err) != 0 {
		t.Errorf("a lost answer: %v", err)
	}
	for _, want := range []struct {
		later  time.Duration
		length int
		status string
	}{{0, 0, ""}, {20 * time.Second, 1, "creating"}, {9 * time.Minute, 1, "creating"}, {time.Minute, 1, "online"}} {
		if err := clock.Sleep(ctx, want.later); err != nil {
			t.Fatal(err)
		}
		list, _, err := api.Databases.List(ctx, nil)
		if err != nil || len(list) != want.length || want.length > 0 && list[0].Status != want.status {
			t.Errorf("%s later: %+v, %v, want %q", want.later, list, err, want.status)
		}
	}
	list, _, _ := api.Databases.List(ctx, nil)
	if _, err := api.Databases.Resize(ctx, list[0].ID, &godo.DatabaseResizeRequest{SizeSlug: "db-s-1vcpu-2gb", NumNodes: 2}); err != nil {
		t.Error(err)
	}
	if _, err := api.Databases.Resize(ctx, list[0].ID, &godo.DatabaseResizeRequest{SizeSlug: "db-s-1vcpu-1gb", NumNodes: 1}); answered(err) != 422 {
		t.Errorf("a smaller disk: %v", err)
	}
}

// clusterRunner runs nothing, and notes what it is told.
type clusterRunner struct {
	mu      sync.Mutex
	told    []string
	cluster fakecloud.Cluster
}

func (r *clusterRunner) note(format string, args ...any) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, fmt.Sprintf(format, args...))
	return nil
}

func (r *clusterRunner) Run(_ context.Context, d fakecloud.Cluster) (fakecloud.ClusterEndpoint, error) {
	_ = r.note("run %s %s", d.Engine, d.Databases)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cluster = d
	return fakecloud.ClusterEndpoint{Host: "127.0.0.9", Port: 5432, CA: []byte("CA")}, nil
}

func (r *clusterRunner) AddUser(_ context.Context, _ string, u fakecloud.ClusterUser) error {
	return r.note("user %s", u.Name)
}
func (r *clusterRunner) RemoveUser(_ context.Context, _, name string) error {
	return r.note("no user %s", name)
}
func (r *clusterRunner) AddDatabase(_ context.Context, _, name string) error {
	return r.note("database %s", name)
}
func (r *clusterRunner) RemoveDatabase(_ context.Context, _, name string) error {
	return r.note("no database %s", name)
}
func (r *clusterRunner) Remove(context.Context, string) error { return r.note("remove") }

// online waits until the cluster is.
func online(t *testing.T, api *godo.Client, id string) *godo.Database {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		d, _, err := api.Databases.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if d.Status == "online" {
			return d
		}
	}
	t.Fatal("the cluster is not online after two minutes")
	return nil
}

func TestClusterRunner(t *testing.T) {
	file, first := filepath.Join(t.TempDir(), "cloud.json"), &clusterRunner{}
	c, cloud := open(t, fakecloud.Options{StateFile: file, Databases: first})
	api, ctx := c.api(), t.Context()
	made, _, err := api.Databases.Create(ctx, askForCluster("pg"))
	if err != nil {
		t.Fatal(err)
	}
	if d := online(t, api, made.ID); d.Connection.Host != "127.0.0.9" || d.Connection.Port != 5432 {
		t.Errorf("it answers at %+v", d.Connection)
	}
	_, _, userErr := api.Databases.CreateUser(ctx, made.ID, &godo.DatabaseCreateUserRequest{Name: "app"})
	_, _, dbErr := api.Databases.CreateDB(ctx, made.ID, &godo.DatabaseCreateDBRequest{Name: "app"})
	if userErr != nil || dbErr != nil {
		t.Error(userErr, dbErr)
	}
	cloud.Close()
	again := &clusterRunner{}
	c, cloud = open(t, fakecloud.Options{StateFile: file, Databases: again})
	api = c.api()
	online(t, api, made.ID)
	if _, err := api.Databases.Delete(ctx, made.ID); err != nil {
		t.Error(err)
	}
	cloud.Close()
	if got := fmt.Sprint(first.told, again.told); got != "[run pg [defaultdb] user app database app] [run pg [defaultdb app] remove]" {
		t.Errorf("the runners were told %s", got)
	}
}

func TestTrustedSources(t *testing.T) {
	run := &clusterRunner{}
	c, _ := open(t, fakecloud.Options{
		Databases: run,
		Boot:      func(context.Context, fakecloud.Machine) (string, error) { return "127.9.9.9", nil },
		AppAddresses: func(app string) []netip.Addr {
			if app != "fa4ec10d-0000-4000-8000-000000000007" {
				return nil
			}
			return []netip.Addr{netip.MustParseAddr("172.17.0.5")}
		},
	})
	api, ctx := c.api(), t.Context()
	made, _, err := api.Databases.Create(ctx, askForCluster("pg"))
	if err != nil {
		t.Fatal(err)
	}
	online(t, api, made.ID)
	_, _, droplet := c.call("POST", "/v2/droplets", plain)
	number := fmt.Sprint(int(droplet["droplet"].(map[string]any)["id"].(float64)))
	for _, p := range []struct{ kind, value, admitted, refused string }{
		{"", "", "203.0.113.1", ""},
		{"ip_addr", "203.0.113.1", "203.0.113.1", "203.0.113.2"},
		{"ip_addr", "203.0.113.0/24", "203.0.113.200", "203.0.114.1"},
		{"droplet", number, "127.9.9.9", "172.17.0.5"},
		{"tag", "a", "127.9.9.9", "172.17.0.5"},
		{"tag", "nobody", "", "127.9.9.9"},
		{"app", "fa4ec10d-0000-4000-8000-000000000007", "172.17.0.5", "172.17.0.6"},
		{"app", "fa4ec10d-0000-4000-8000-000000000008", "", "172.17.0.5"},
	} {
		ask := &godo.DatabaseUpdateFirewallRulesRequest{Rules: []*godo.DatabaseFirewallRule{}}
		if p.kind != "" {
			ask.Rules = append(ask.Rules, &godo.DatabaseFirewallRule{Type: p.kind, Value: p.value})
		}
		if _, err := api.Databases.UpdateFirewallRules(ctx, made.ID, ask); err != nil {
			t.Errorf("%s %s: %v", p.kind, p.value, err)
		}
		if rules, _, err := api.Databases.GetFirewallRules(ctx, made.ID); err != nil || len(rules) != len(ask.Rules) {
			t.Errorf("%s %s: the rules are %v, %v", p.kind, p.value, rules, err)
		}
		if p.admitted != "" && !run.cluster.Admits(netip.MustParseAddr(p.admitted)) {
			t.Errorf("%s %s refuses %s", p.kind, p.value, p.admitted)
		}
		if p.refused != "" && run.cluster.Admits(netip.MustParseAddr(p.refused)) {
			t.Errorf("%s %s admits %s", p.kind, p.value, p.refused)
		}
	}
}
