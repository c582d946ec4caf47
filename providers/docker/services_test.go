package docker

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/providers/docker/dockertest"
)

// TestServices: each database is there before the app is, with a password of its own that
// only containers know, and outlives releases and its own container.
func TestServices(t *testing.T) {
	dockertest.Need(t)
	dockertest.Shared(t, "postgres:17", "mariadb:11", "redis:8")
	w := newOpened(t)
	app := testApp("one")
	app.Services = []string{"mariadb", "postgres", "redis"}
	app.Data = append(app.Data, "/app/empty")
	app.ServiceNames = []providers.ServiceName{{Variable: "SHOP_AT", Kind: "postgres", Part: providers.PartHost}}
	w.mustDeliver(t, app)
	d, ctx := w.in(t), t.Context()
	now, _, err := d.current(ctx)
	if err != nil || now.connections["SHOP_AT"] != serviceName(w.spec, "postgres") || now.connections["PGHOST"] != now.connections["SHOP_AT"] {
		t.Fatalf("the app is given %v, %v", slices.Sorted(maps.Keys(now.connections)), err)
	}
	web, _, err := d.inspect(ctx, webName(w.spec, "one"))
	if err != nil || web.Config.Labels[labelVariables] != "" || !slices.Contains(web.Config.Env, "REDIS_URL="+now.connections["REDIS_URL"]) {
		t.Errorf("the app is not given the addresses as what they are: %v, %v", web.Config.Labels, err)
	}
	w.asks(t, "postgres", "psql", now.connections["DATABASE_URL"], "-c", "create table kept (n int)")
	maria, redis := parsed(t, now.connections["MARIADB_URL"]), parsed(t, now.connections["REDIS_URL"])
	password, _ := maria.User.Password()
	w.asks(t, "mariadb", "mariadb", "--host="+maria.Hostname(), "--user=app", "--password="+password, "app", "-e", "create table kept (n int)")
	password, _ = redis.User.Password()
	w.asks(t, "redis", "redis-cli", "--no-auth-warning", "-h", redis.Hostname(), "-a", password, "set", "kept", "1")
	if status, output, err := d.exec(ctx, serviceName(w.spec, "redis"), "", "redis-cli", "get", "kept"); err != nil || !strings.Contains(output, "NOAUTH") {
		t.Errorf("redis answers without a password: %d %s %v", status, output, err)
	}
	for _, kind := range app.Services {
		c, _, err := d.inspect(ctx, serviceName(w.spec, kind))
		if err != nil || slices.ContainsFunc(c.Args, func(word string) bool { return strings.Contains(word, password) }) {
			t.Errorf("%s has a password among its words: %v, %v", kind, c.Args, err)
		}
		if err := d.remove(ctx, serviceName(w.spec, kind)); err != nil {
			t.Fatal(err)
		}
	}
	if changed := w.mustDeliver(t, app); !slices.Equal(changed, []string{"service-mariadb", "service-postgres", "service-redis"}) {
		t.Errorf("databases that were gone: changed %v", changed)
	}
	w.asks(t, "postgres", "psql", now.connections["DATABASE_URL"], "-c", "insert into kept values (1)")
	w.asks(t, "redis", "redis-cli", "--no-auth-warning", "-h", redis.Hostname(), "-a", password, "get", "kept")
	if changed := w.mustDeliver(t, app); len(changed) != 0 {
		t.Errorf("the same again changed %v", changed)
	}
	w.movesData(t)
	w.tellsData(t, "mariadb", "postgres", "redis")
}

// tellsData has the volumes of databases told of, and an empty one of the app's only once
// there is something in it.
func (w opened) tellsData(t *testing.T, kinds ...string) {
	t.Helper()
	told := func() string {
		data, err := w.Data(t.Context(), w.spec)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, d := range data {
			lines = append(lines, d.String())
		}
		return strings.Join(lines, "\n")
	}
	before := told()
	for _, kind := range kinds {
		if !strings.Contains(before, "the data of "+kind+" in the volume") {
			t.Errorf("%s is not told of:\n%s", kind, before)
		}
	}
	if strings.Contains(before, "-app-empty-") {
		t.Errorf("a volume without anything is told of:\n%s", before)
	}
	if _, output, err := w.in(t).exec(t.Context(), webName(w.spec, "one"), "0", "sh", "-c", "echo 1 >/app/empty/one"); err != nil || output != "" {
		t.Fatalf("%s %v", output, err)
	}
	if after := told(); !strings.Contains(after, "-app-empty-") {
		t.Errorf("a volume with a file is not told of:\n%s", after)
	}
}

// asks runs a client in a database's container, over the network as the app does.
func (w opened) asks(t *testing.T, kind string, words ...string) {
	t.Helper()
	status, output, err := w.in(t).exec(t.Context(), serviceName(w.spec, kind), "", words...)
	if err != nil || status != 0 {
		t.Errorf("%s does not do it: %d %s %v", kind, status, output, err)
	}
}

func parsed(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
