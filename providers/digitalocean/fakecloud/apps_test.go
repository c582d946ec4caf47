package fakecloud_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
)

// shop is a spec with all kinds of components, secrets and references.
const shop = `{"name":"shop-0123456789ab","region":"fra",
"envs":[{"key":"SLIPWAY_TAG","value":"tag"}],
"alerts":[{"rule":"DEPLOYMENT_FAILED"}],
"services":[{"name":"web","image":{"registry_type":"DOCR","repository":"shop","tag":"r1"},"instance_size_slug":"apps-s-1vcpu-1gb","instance_count":3,
 "envs":[{"key":"SECRET_KEY","value":"s3cret","type":"SECRET"},{"key":"HOST","value":"${APP_DOMAIN}"},{"key":"DATABASE_HOST","value":"${db.HOSTNAME}"}],
 "health_check":{"http_path":"/health"},"alerts":[{"rule":"CPU_UTILIZATION","operator":"GREATER_THAN","value":80,"window":"TEN_MINUTES"}]}],
"workers":[{"name":"worker","image":{"registry_type":"DOCR","repository":"shop","tag":"r1"}}],
"jobs":[{"name":"release","kind":"PRE_DEPLOY","image":{"registry_type":"DOCR","repository":"shop","tag":"r1"}}],
"databases":[{"name":"db","engine":"PG"}]}`

func body(spec string) string { return `{"spec":` + spec + `}` }

// at is the value at a path of keys and indexes; nil if there is none.
func at(value any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			node, _ := value.(map[string]any)
			value = node[p]
		case int:
			list, _ := value.([]any)
			if p >= len(list) {
				return nil
			}
			value = list[p]
		}
	}
	return value
}

// appCloud is a cloud whose deployments take ten seconds of a clock that the test moves.
func appCloud(t *testing.T, f fakecloud.Faults) (client, *fakecloud.Cloud, *fakecloud.VirtualClock) {
	t.Helper()
	clock := fakecloud.NewVirtualClock(time.Unix(1_800_000_000, 0))
	c, cloud := open(t, fakecloud.Options{Now: clock.Now, BootTime: 10 * time.Second, Faults: f})
	return c, cloud, clock
}

func pass(t *testing.T, clock *fakecloud.VirtualClock, d time.Duration) {
	t.Helper()
	if err := clock.Sleep(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// make makes the app of a spec and returns its path.
func (c client) makeApp(spec string) (path string, app map[string]any) {
	c.t.Helper()
	status, _, answer := c.call("POST", "/v2/apps", body(spec))
	if status != http.StatusOK {
		c.t.Fatalf("create answered %d %v", status, answer)
	}
	app = answer["app"].(map[string]any)
	return "/v2/apps/" + app["id"].(string), app
}

func (c client) app(path string) map[string]any {
	c.t.Helper()
	status, _, answer := c.call("GET", path, "")
	if status != http.StatusOK {
		c.t.Fatalf("%s answered %d %v", path, status, answer)
	}
	return answer["app"].(map[string]any)
}

// TestAppLife: an app's first deployment passes all phases, an update replaces it, and
// what is deleted is gone.
func TestAppLife(t *testing.T) {
	c, cloud, clock := appCloud(t, fakecloud.Faults{})
	path, app := c.makeApp(shop)
	if app["live_url"] != nil || at(app, "pending_deployment", "phase") != "PENDING_BUILD" {
		t.Errorf("a new app is %v", app)
	}
	first := path + "/deployments/" + at(app, "pending_deployment", "id").(string)
	var phases []any
	for range 11 {
		_, _, answer := c.call("GET", first, "")
		if p := at(answer, "deployment", "phase"); len(phases) == 0 || phases[len(phases)-1] != p {
			phases = append(phases, p)
		}
		pass(t, clock, 500*time.Millisecond)
	}
	pass(t, clock, 10*time.Second)
	_, _, answer := c.call("GET", first, "")
	phases = append(phases, at(answer, "deployment", "phase"))
	if got := fmt.Sprint(phases); got != "[PENDING_BUILD BUILDING PENDING_DEPLOY DEPLOYING ACTIVE]" && got != "[PENDING_BUILD BUILDING DEPLOYING ACTIVE]" {
		t.Errorf("the phases were %s", got)
	}
	progress := at(answer, "deployment", "progress")
	if at(progress, "success_steps") != at(progress, "total_steps") || at(progress, "steps", 1, "steps", 1, "steps", 0, "component_name") != "release" {
		t.Errorf("the steps are %v", progress)
	}
	app = c.app(path)
	if live, _ := app["live_url"].(string); !strings.HasPrefix(live, "https://shop-0123456789ab-") || at(app, "active_deployment", "phase") != "ACTIVE" {
		t.Errorf("the app is %v", app)
	}
	if _, _, all := c.call("GET", path+"/instances", ""); len(all["instances"].([]any)) != 4 {
		t.Errorf("the instances are %v", all)
	}
	if _, _, health := c.call("GET", path+"/health", ""); at(health, "app_health", "components", 0, "replicas_ready") != 3.0 {
		t.Errorf("the health is %v", health)
	}
	if status, _, _ := c.call("PUT", path, body(strings.ReplaceAll(shop, `"r1"`, `"r2"`))); status != http.StatusOK {
		t.Errorf("the update answered %d", status)
	}
	pass(t, clock, time.Minute)
	_, _, list := c.call("GET", path+"/deployments", "")
	if at(list, "deployments", 0, "phase") != "ACTIVE" || at(list, "deployments", 1, "phase") != "SUPERSEDED" || at(list, "meta", "total") != 2.0 {
		t.Errorf("the deployments are %v", list)
	}
	if got := cloud.Contents().Apps; !slices.Equal(got, []string{"shop-0123456789ab"}) {
		t.Errorf("the account has %v", got)
	}
	status, _, gone := c.call("DELETE", path, "")
	if status != http.StatusOK || "/v2/apps/"+fmt.Sprint(gone["id"]) != path || !cloud.Contents().Empty() {
		t.Errorf("delete answered %d %v", status, gone)
	}
	if status, _, _ := c.call("GET", path, ""); status != http.StatusNotFound {
		t.Errorf("the app is still there: %d", status)
	}
}

// TestSecrets: no answer has a secret; what the API shows of it is taken back, and what it
// never showed is not.
func TestSecrets(t *testing.T) {
	c, _, _ := appCloud(t, fakecloud.Faults{})
	path, app := c.makeApp(shop)
	shown, _ := at(app, "spec", "services", 0, "envs", 0, "value").(string)
	if !strings.HasPrefix(shown, "EV[1:") {
		t.Errorf("the secret is shown as %q", shown)
	}
	again, _ := json.Marshal(app["spec"])
	if status, _, answer := c.call("PUT", path, body(string(again))); status != http.StatusOK ||
		at(answer, "app", "spec", "services", 0, "envs", 0, "value") != shown {
		t.Errorf("the encrypted value was answered with %d %v", status, answer)
	}
	if status, _, _ := c.call("PUT", path, body(strings.ReplaceAll(shop, "s3cret", "EV[1:x:y]"))); status != http.StatusBadRequest {
		t.Errorf("a made-up encrypted value was answered with %d", status)
	}
}

// TestRefusedSpecs: what App Platform does not take is refused, with the reason.
func TestRefusedSpecs(t *testing.T) {
	for _, r := range []struct{ name, old, new, why string }{
		{"size", "apps-s-1vcpu-1gb", "apps-s-1vcpu-1gb-fixed", "one instance only"},
		{"scaling of a shared size", `"instance_count":3`, `"autoscaling":{"min_instance_count":2,"max_instance_count":5}`, "dedicated"},
		{"registry", `"repository":"shop","tag":"r1"},"instance_size_slug"`, `"registry":"mine","repository":"shop"},"instance_size_slug"`, "DOCR"},
		{"reference", "${db.HOSTNAME}", "${cache.HOSTNAME}", "no component"},
		{"two of a name", `"name":"worker"`, `"name":"web"`, "used twice"},
		{"production without a cluster", `"engine":"PG"`, `"engine":"PG","production":true`, "cluster"},
		{"region", `"fra"`, `"ams"`, "not available"},
	} {
		t.Run(r.name, func(t *testing.T) {
			c, cloud, _ := appCloud(t, fakecloud.Faults{ClosedRegion: "ams"})
			status, _, answer := c.call("POST", "/v2/apps", body(strings.Replace(shop, r.old, r.new, 1)))
			if status != http.StatusBadRequest || !strings.Contains(fmt.Sprint(answer["message"]), r.why) {
				t.Errorf("answered %d %v, want %q", status, answer, r.why)
			}
			if !cloud.Contents().Empty() {
				t.Error("it was made all the same")
			}
		})
	}
}

// TestPropose: a proposal says what the app costs and whether its name is free, and makes
// nothing; a name that is taken is refused.
func TestPropose(t *testing.T) {
	c, cloud, _ := appCloud(t, fakecloud.Faults{})
	_, _, answer := c.call("POST", "/v2/apps/propose", body(shop))
	if answer["app_name_available"] != true || answer["app_cost"] != 41.0 || at(answer, "spec", "services", 0, "http_port") != 8080.0 || !cloud.Contents().Empty() {
		t.Errorf("the proposal is %v", answer)
	}
	c.makeApp(shop)
	if _, _, answer := c.call("POST", "/v2/apps/propose", body(shop)); answer["app_name_available"] != false {
		t.Errorf("the proposal is %v", answer)
	}
	if status, _, _ := c.call("POST", "/v2/apps", body(shop)); status != http.StatusConflict {
		t.Errorf("a second app of the name answered %d", status)
	}
}

// TestAppCatalog: sizes and regions have what a plan needs.
func TestAppCatalog(t *testing.T) {
	c, _, _ := appCloud(t, fakecloud.Faults{ClosedRegion: "fra"})
	_, _, sizes := c.call("GET", "/v2/apps/tiers/instance_sizes", "")
	if at(sizes, "instance_sizes", 0, "usd_per_month") != "5.00" || at(sizes, "instance_sizes", 0, "single_instance_only") != true {
		t.Errorf("the sizes are %v", sizes)
	}
	if _, _, one := c.call("GET", "/v2/apps/tiers/instance_sizes/apps-d-1vcpu-1gb", ""); at(one, "instance_size", "scalable") != true {
		t.Errorf("the size is %v", one)
	}
	if status, _, _ := c.call("GET", "/v2/apps/tiers/instance_sizes/none", ""); status != http.StatusNotFound {
		t.Errorf("an unknown size answered %d", status)
	}
	if _, _, regions := c.call("GET", "/v2/apps/regions", ""); !strings.Contains(fmt.Sprint(regions), "disabled:true") {
		t.Errorf("no region is closed: %v", regions)
	}
}

// TestAppState: apps outlive the cloud, with their secrets.
func TestAppState(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cloud.json")
	c, first := open(t, fakecloud.Options{StateFile: file})
	path, app := c.makeApp(shop)
	first.Close()
	c, _ = open(t, fakecloud.Options{StateFile: file})
	spec, _ := json.Marshal(app["spec"])
	if status, _, answer := c.call("PUT", path, body(string(spec))); status != http.StatusOK {
		t.Errorf("after a restart the update answered %d %v", status, answer)
	}
}
