package moves

import (
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/clusters"
	"slipway/providers/digitalocean/fakecloud/contract"
	"slipway/providers/digitalocean/fakecloud/machines"
	"slipway/providers/digitalocean/fakecloud/platform"
	"slipway/providers/docker/dockertest"
	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// newCloud is a simulated account with real machines, real apps, and real managed databases that
// the machines reach.
func newCloud(t *testing.T) *e2e.Operator {
	t.Helper()
	dockertest.Need(t)
	localtest.NeedMachines(t)
	if _, err := exec.LookPath("haproxy"); err != nil {
		localtest.Skip(t, "the package haproxy is missing")
	}
	e := dockertest.Shared(t, "python:3.13-slim", "postgres:17")
	m := &machines.Machines{Dir: t.TempDir(), Cache: localtest.Cache(t), Baked: e2e.Baked(), Log: func(string, ...any) {}}
	t.Cleanup(m.EndLeading)
	registry := httptest.NewUnstartedServer(nil)
	runner, err := platform.New(platform.Options{Client: e.Client, Registry: registry.Listener.Addr().String()})
	failOn(t, err)
	t.Cleanup(func() { failOn(t, runner.Close()) })
	databases, err := clusters.New(t.Context(), clusters.Options{Engine: e, Opened: m.Reachable, Closed: m.Unreachable})
	failOn(t, err)
	t.Cleanup(func() { failOn(t, databases.Close()) })
	cloud, err := fakecloud.New(fakecloud.Options{Token: e2e.Token, Boot: m.Boot, Stop: m.Stop, Halt: m.Halt, Lead: m.Lead,
		Apps: runner, LiveURL: runner.LiveURL, Databases: databases})
	failOn(t, err)
	t.Cleanup(cloud.Close)
	registry.Config.Handler = cloud.Registry()
	registry.Start()
	t.Cleanup(registry.Close)
	api := httptest.NewServer(contract.Held(t, cloud))
	t.Cleanup(api.Close)
	o := e2e.NewOperator(t, 6*time.Minute)
	o.Env = append(e.Env(), "DIGITALOCEAN_API_URL="+api.URL, "DIGITALOCEAN_TOKEN="+e2e.Token, "DIGITALOCEAN_REGISTRY_URL="+registry.URL)
	return o
}

func failOn(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestMoveToAppPlatform moves an app with its rows from a droplet to App Platform, and back,
// while people use it.
func TestMoveToAppPlatform(t *testing.T) {
	o := newCloud(t)
	const name = "moves-cloud"
	folder := write(t, shop)
	first := o.Deploy(folder, "--name", name, "--provider", "digitalocean", "--service", "postgres", "--env", "GREETING=good day")
	o.Root(name, `runuser -u postgres -- psql -h /run/slipway-postgres -d app-`+name+` -c "insert into items select repeat(md5(n::text), 32) from generate_series(1, 20000) n"`)
	people, end := use(o, name)
	o.Must("move", name, "--provider", "app-platform", "-y")
	there, err := o.State().Read(name)
	failOn(t, err)
	if status, body := e2e.Ask(t, there.URL); there.URL == first.URL || status != 200 || !strings.Contains(body, "items, good day") {
		t.Errorf("at %s App Platform says %d %s", there.URL, status, body)
	}
	if r := o.Must("list"); !strings.Contains(r.Stdout, "in all: $") || !strings.Contains(r.Stdout, name+"-old") {
		t.Errorf("list says\n%s", r.Stdout)
	}
	o.Must("move", name, "--back", "-y")
	end()
	people.check(t)
	if again := o.Deploy(folder, "--name", name); again.Changed || again.URL != first.URL {
		t.Errorf("a run without changes changed something: %v", again.Steps)
	}
}
