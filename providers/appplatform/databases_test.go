package appplatform

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
)

// shop is a release that has databases.
func shop(services ...string) providers.App {
	app := release("one")
	app.Services = services
	return app
}

// clusterOf is the cluster of a kind; it fails the test if there is none.
func (w *world) clusterOf(kind string) *godo.Database {
	w.t.Helper()
	c, err := w.open().cluster(w.t.Context(), w.spec, kind)
	if err != nil || c == nil {
		w.t.Fatalf("the cluster for %s: %v, %v", kind, c, err)
	}
	return c
}

// trustedBy are the trusted sources of the cluster of a kind, as text.
func (w *world) trustedBy(kind string) string {
	w.t.Helper()
	sources, err := w.open().trustedSources(w.t.Context(), w.clusterOf(kind))
	if err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprint(sources)
}

func TestDatabasesOfAnApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	app := shop("mariadb", "postgres", "redis")
	var monthly float64
	for _, r := range w.open().databaseDeliveries(w.spec, app) {
		found, err := r.Look(t.Context(), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		monthly += found.Changes[0].Monthly
	}
	if monthly < 45 || monthly > 46 {
		t.Errorf("the plan's databases cost $%.2f a month", monthly)
	}
	w.onlyGETs()
	w.must(app)
	w.cloud.ForgetRequests()
	w.must(app)
	w.onlyGETs()
	spec := w.live()
	if got := len(spec.Databases); got != 3 || spec.Databases[1].ClusterName != w.clusterOf("postgres").Name || spec.Databases[1].DBName != "app" || !spec.Databases[1].Production {
		t.Errorf("the spec has %d databases: %s", got, text(t, spec.Databases))
	}
	for name, want := range map[string]string{"DATABASE_URL": "${postgres.DATABASE_URL}", "MARIADB_URL": "${mariadb.DATABASE_URL}", "REDIS_URL": "rediss://${redis.USERNAME}:${redis.PASSWORD}@${redis.HOSTNAME}:${redis.PORT}/0?ssl_cert_reqs=required"} {
		if have, _ := valueOf(t, spec, name); have != want {
			t.Errorf("%s is %q, want %q", name, have, want)
		}
	}
	for _, kind := range app.Services {
		if got, want := w.trustedBy(kind), "[{app "+w.id()+"}]"; got != want {
			t.Errorf("%s trusts %s, want %s", kind, got, want)
		}
	}
	w.holdDatabases()
	if err := w.open().Destroy(t.Context(), w.spec, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if left := w.cloud.Contents(); !left.Empty() {
		t.Errorf("left in the cloud: %+v", left)
	}
}

// holdDatabases looks at what the three databases cost, and at what goes with them.
func (w *world) holdDatabases() {
	w.t.Helper()
	held, err := w.open().Holdings(w.t.Context(), w.spec)
	if err != nil {
		w.t.Fatal(err)
	}
	at := slices.IndexFunc(held, func(h providers.Holding) bool { return h.Kind == "database-postgres" })
	if at < 0 || held[at].Monthly != 15.15 || !strings.Contains(held[at].Detail, "PostgreSQL 17, db-s-1vcpu-1gb, in nyc") {
		w.t.Errorf("Holdings = %+v", held)
	}
	if lost, err := w.open().Data(w.t.Context(), w.spec); err != nil || len(lost) != 3 || !strings.Contains(lost[0].String(), "what is in the database cluster hello-") {
		w.t.Errorf("Data = %+v, %v", lost, err)
	}
}

// TestADatabaseIsNeverOpen: between its creation and the app's, a cluster lets in nobody; one
// that lets in everybody is closed by the next run.
func TestADatabaseIsNeverOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	app := shop("postgres")
	if err := step(t.Context(), w.delivery(w.open(), "database-postgres", app)); err != nil {
		t.Fatal(err)
	}
	if got := w.trustedBy("postgres"); got != "[{ip_addr 192.0.2.1}]" {
		t.Errorf("without an app it trusts %s", got)
	}
	w.must(app)
	only := "[{app " + w.id() + "}]"
	if got := w.trustedBy("postgres"); got != only {
		t.Errorf("it trusts %s, want %s", got, only)
	}
	c, p := w.clusterOf("postgres"), w.open()
	if _, err := p.api.Databases.UpdateFirewallRules(t.Context(), c.ID, &godo.DatabaseUpdateFirewallRulesRequest{Rules: []*godo.DatabaseFirewallRule{}}); err != nil {
		t.Fatal(err)
	}
	found, err := w.delivery(p, "database-postgres", app).Look(t.Context(), time.Time{})
	if err != nil || found.Holds || found.Changes[0].Why != "everybody may connect to it now" {
		t.Errorf("an open cluster: %+v, %v", found, err)
	}
	w.must(app)
	if got := w.trustedBy("postgres"); got != only {
		t.Errorf("it trusts %s, want %s", got, only)
	}
}

func TestAdmit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	w.must(shop("postgres"))
	admit := func(address string, on bool) error {
		return w.open().Admit(t.Context(), w.spec, "postgres", address, on)
	}
	only := "{app " + w.id() + "}"
	for _, c := range []struct {
		address string
		on      bool
		want    string
	}{
		{"203.0.113.7", true, "[" + only + " {ip_addr 203.0.113.7}]"}, {"203.0.113.7", true, "[" + only + " {ip_addr 203.0.113.7}]"},
		{"::ffff:203.0.113.8", true, "[" + only + " {ip_addr 203.0.113.7} {ip_addr 203.0.113.8}]"},
		{"203.0.113.7", false, "[" + only + " {ip_addr 203.0.113.8}]"}, {"203.0.113.7", false, "[" + only + " {ip_addr 203.0.113.8}]"},
	} {
		if err := admit(c.address, c.on); err != nil || w.trustedBy("postgres") != c.want {
			t.Errorf("%s %v: it trusts %s, %v; want %s", c.address, c.on, w.trustedBy("postgres"), err, c.want)
		}
	}
	found, err := w.delivery(w.open(), "database-postgres", shop("postgres")).Look(t.Context(), time.Time{})
	if err != nil || !found.Holds || len(found.Notes) != 1 || !strings.Contains(found.Notes[0], "ip_addr 203.0.113.8") {
		t.Errorf("a cluster with another source: %+v, %v", found, err)
	}
	says[*providers.Usage](t, admit("2001:db8::1", true), "203.0.113.7", "no IPv4 address")
	says[*providers.Usage](t, admit("all", true), "203.0.113.7", "no IPv4 address")
	says[*providers.Failed](t, w.open().Admit(t.Context(), w.spec, "redis", "203.0.113.7", true), "deploys it", "has no managed redis")
}

func TestDatabaseServers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	if none, err := w.open().DatabaseServers(t.Context(), w.spec); err != nil || len(none) > 0 {
		t.Errorf("servers = %v, %v", none, err)
	}
	w.must(shop("postgres", "redis"))
	all, err := w.open().DatabaseServers(t.Context(), w.spec)
	if err != nil || len(all) != 2 {
		t.Fatalf("servers = %v, %v", all, err)
	}
	pg, kv := all[0], all[1]
	if pg.Kind != "postgres" || pg.Major != 17 || pg.User != "doadmin" || pg.Name != "app" || pg.Password == "" || !strings.Contains(pg.CA, "BEGIN CERTIFICATE") || pg.Port != 25060 {
		t.Errorf("PostgreSQL: %v, user %s, database %s, CA %.30q", pg, pg.User, pg.Name, pg.CA)
	}
	if kv.Kind != "redis" || kv.Engine != "Valkey" || kv.Name != "" || kv.User != "default" {
		t.Errorf("Valkey: %v, user %s, database %s", kv, kv.User, kv.Name)
	}
	_, err = w.open().Databases(t.Context(), w.spec)
	says[*providers.Usage](t, err, "doctl databases firewalls append "+w.clusterOf("postgres").ID, "by its own client")
}

// TestLostAnswersAboutDatabases: whatever happens to an answer, there is one cluster.
func TestLostAnswersAboutDatabases(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string]fakecloud.Faults{
		"made, connection lost": {DropAfter: "databases", DatabaseListLag: 20 * time.Second},
		"made, 500":             {ErrorAfter: "databases", DatabaseListLag: 40 * time.Second},
		"made, answer torn":     {TornAfter: "databases"},
		"slow":                  {SlowDatabase: 10 * time.Minute, DatabaseListLag: 20 * time.Second},
		"reads break":           {BrokenReads: 3, DroppedReads: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, faults)
			w.must(shop("postgres"))
			if got := w.cloud.Contents().Databases; len(got) != 1 || w.posts("/v2/databases") != 1 {
				t.Errorf("clusters = %v, asked for %d times", got, w.posts("/v2/databases"))
			}
		})
	}
	for name, faults := range map[string]fakecloud.Faults{"not sent on": {DropBefore: "databases"}, "500 before": {ErrorBefore: "databases"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, faults)
			says[*providers.Failed](t, w.deploy(w.open(), shop("postgres")), "same command again", "it was not made")
			w.must(shop("postgres"))
		})
	}
}

// TestDatabasesKilledAnywhere: a run that ends after any of its calls is continued by the
// next one.
func TestDatabasesKilledAnywhere(t *testing.T) {
	t.Parallel()
	for at := int64(1); ; at++ {
		w := newWorld(t, fakecloud.Faults{DatabaseListLag: 5 * time.Second})
		ctx, kill := context.WithCancel(t.Context())
		var calls atomic.Int64
		w.url = contract.Server(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.cloud.ServeHTTP(rw, r)
			if calls.Add(1) == at {
				kill()
			}
		})).String()
		app := shop("postgres")
		killed := w.killedAt(ctx, app)
		kill()
		if killed {
			w.spec.Asked = map[string]time.Time{kindApp: w.clock.Now()}
		}
		for _, r := range append(w.open().Resources(w.spec), w.open().Deliveries(w.spec, app)...) {
			w.continued(r, killed)
		}
		w.oneApp()
		if n := w.posts("/v2/databases"); n != 1 || w.trustedBy("postgres") != "[{app "+w.id()+"}]" {
			t.Errorf("killed after call %d: asked for %d clusters; the one trusts %s", at, n, w.trustedBy("postgres"))
		}
		if !killed {
			return
		}
	}
}

// continued makes a resource as the engine does after a kill, of which it knows that an
// answer may be lost.
func (w *world) continued(r providers.Resource, killed bool) {
	w.t.Helper()
	asked := time.Time{}
	if killed {
		asked = w.clock.Now()
	}
	found, err := r.Look(w.t.Context(), asked)
	if err == nil && !found.Holds {
		err = r.Make(w.t.Context(), func(string) {})
	}
	if err != nil {
		w.t.Fatalf("%s: %v", r.Kind(), err)
	}
}

func TestDatabaseRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults fakecloud.Faults
		check  func(t *testing.T, err error)
	}{
		"no way to pay": {fakecloud.Faults{PaymentRequired: "databases"}, func(t *testing.T, err error) {
			says[*providers.Refused](t, err, "billing", "create the database cluster hello-", "402")
		}},
		"sold out": {fakecloud.Faults{SoldOutSize: "db-s-1vcpu-1gb"}, func(t *testing.T, err error) {
			says[*providers.Refused](t, err, "another --region", "makes no such cluster there now", "size is not available")
		}},
		"scope": {fakecloud.Faults{MissingScope: "database:create"}, func(t *testing.T, err error) {
			says[*providers.Refused](t, err, "database:create", "lacks the scope database:create")
		}},
		"never online": {fakecloud.Faults{SlowDatabase: 24 * time.Hour}, func(t *testing.T, err error) {
			says[*providers.Failed](t, err, "doctl databases get", "waited 40m0s for the database cluster hello-", "it is creating")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.faults)
			c.check(t, w.deploy(w.open(), shop("postgres")))
			w.cloud.SetFaults(fakecloud.Faults{})
			if err := w.clock.Sleep(t.Context(), 24*time.Hour); err != nil {
				t.Fatal(err)
			}
			w.must(shop("postgres"))
			if n := len(w.cloud.Contents().Databases); n != 1 {
				t.Errorf("%d clusters", n)
			}
		})
	}
}

func TestAClusterOfSomebodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	if _, _, err := w.open().api.Databases.Create(t.Context(), &godo.DatabaseCreateRequest{
		Name: clusterName(w.spec, "postgres"), EngineSlug: "pg", SizeSlug: "db-s-1vcpu-1gb", Region: "fra1", NumNodes: 1,
		Tags: []string{"other"}, Rules: []*godo.DatabaseCreateFirewallRule{},
	}); err != nil {
		t.Fatal(err)
	}
	says[*providers.Refused](t, w.deploy(w.open(), shop("postgres")), "--name", "without this deployment's tag")
	says[*providers.Refused](t, w.open().Destroy(t.Context(), w.spec, func(string) {}), "--name", "without this deployment's tag")
	if n := len(w.cloud.Contents().Databases); n != 1 {
		t.Errorf("%d clusters", n)
	}
}

func TestClusterPlan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		versions []string
		want     string
	}{{[]string{"14", "17", "16", "18"}, "17"}, {[]string{"18", "19"}, "18"}, {[]string{"8.0.35"}, ""}, {nil, ""}} {
		if got := fitting(c.versions, "17"); got != c.want {
			t.Errorf("of %v: %q, want %q", c.versions, got, c.want)
		}
	}
	layouts := []godo.DatabaseLayout{{NodeNum: 2, Sizes: []string{"a"}}, {NodeNum: 1, Sizes: []string{"new", "b", "c"}}}
	if size, monthly := cheapest(layouts, map[string]float64{"b": 30, "c": 15}); size != "c" || monthly != 15 {
		t.Errorf("the cheapest is %s for %v", size, monthly)
	}
	if size, monthly := cheapest(layouts, nil); size != "new" || monthly != 0 {
		t.Errorf("without prices it is %s for %v", size, monthly)
	}
	w := newWorld(t, fakecloud.Faults{})
	w.spec.Region = "fra"
	if plan, err := w.open().clusterPlan(t.Context(), w.spec, kinds["redis"]); err != nil || plan != (clusterPlan{"8", "db-s-1vcpu-1gb", "fra1", 15}) {
		t.Errorf("in Frankfurt: %+v, %v", plan, err)
	}
	_, err := (&databaseResource{p: w.open(), spec: w.spec, kind: "oracle"}).Look(t.Context(), time.Time{})
	says[*providers.Usage](t, err, "use postgres", `of the kind "oracle"`)
}
