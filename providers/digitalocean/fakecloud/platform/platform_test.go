package platform_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"slipway/providers/digitalocean/fakecloud/platform"
)

// ready waits until an app has n instances of a component that are ready, and returns their
// names.
func (w *world) ready(path, component string, n int) []string {
	w.t.Helper()
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		var names []string
		for _, i := range w.platform.Instances(strings.TrimPrefix(path, "/v2/apps/")) {
			if i.Ready && i.Component == component {
				names = append(names, i.Name)
			}
		}
		if len(names) == n {
			return names
		}
		if time.Now().After(limit) {
			w.t.Fatalf("ready are %v, want %d", names, n)
		}
	}
}

// TestPlatform: an app runs on three instances; a release under load loses no request, an
// instance that is killed costs no more than the requests that it had, and a release that
// is broken takes no traffic.
func TestPlatform(t *testing.T) {
	w := open(t, platform.Options{Patience: 5 * time.Second})
	for _, release := range []string{"first", "second", "broken", "failing"} {
		w.push(release)
	}
	path, phase, d := w.deploy("", "first")
	if phase != "ACTIVE" {
		t.Fatalf("the first deployment is %s: %v", phase, d["progress"])
	}
	live := fmt.Sprint(at(w.call("GET", path, nil), "app", "live_url"))
	first := d["id"].(string)
	w.ready(path, "web", 3)
	w.ready(path, "worker", 1)

	t.Run("a release under load", func(t *testing.T) {
		v := visit(live, 8)
		_, phase, d := w.deploy(path, "second")
		seen := v.leave()
		t.Logf("%d requests, the longest took %s: %v", seen.asked, seen.longest, seen.releases)
		if phase != "ACTIVE" || len(seen.failed) > 0 || seen.releases["first"] == 0 || seen.releases["second"] == 0 {
			t.Errorf("%s: %d failed of %d: %v, %v", phase, len(seen.failed), seen.asked, seen.failed, d["progress"])
		}
		after := visit(live, 4)
		after.await(t, 20)
		if seen := after.leave(); len(seen.releases) != 1 || seen.releases["second"] == 0 {
			t.Errorf("after the release these answer: %v", seen.releases)
		}
	})
	t.Run("a killed instance", func(t *testing.T) { w.testKilled(t, path, live) })
	t.Run("a broken release", func(t *testing.T) {
		for release, code := range map[string]string{"broken": "HealthChecksFailed", "failing": "ExitNonZero"} {
			before := w.ready(path, "web", 3)
			v := visit(live, 4)
			_, phase, d := w.deploy(path, release)
			seen := v.leave()
			if phase != "ERROR" || len(seen.failed) > 0 || len(seen.releases) != 1 || !strings.Contains(fmt.Sprint(d["progress"]), code) {
				t.Errorf("%s is %s: %d failed, answers of %v, %v", release, phase, len(seen.failed), seen.releases, d["progress"])
			}
			if after := w.ready(path, "web", 3); !slices.Equal(after, before) {
				t.Errorf("after %s the instances are %v, before they were %v", release, after, before)
			}
		}
	})
	t.Run("logs and a console", func(t *testing.T) { w.testLogs(t, path) })
	t.Run("back to the first release", func(t *testing.T) {
		w.call("POST", path+"/rollback", object{"deployment_id": first})
		phase, _ := w.ended(path)
		if text := page(t, live); phase != "ACTIVE" || !strings.HasPrefix(text, "first ") || !strings.HasSuffix(text, " s3cret") {
			t.Errorf("%s: the page is %q", phase, text)
		}
		w.call("POST", path+"/rollback/commit", nil)
	})
	w.call("DELETE", path, nil)
}

// page is what an address answers.
func page(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// restarted waits until an instance of the app has been started again: its log up to then
// is kept apart.
func (w *world) restarted(path string) {
	w.t.Helper()
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		logs := w.call("GET", path+"/logs?type=RUN_RESTARTED", nil)
		if strings.Contains(page(w.t, at(logs, "historic_urls", 0).(string)), " begins") {
			return
		}
		if time.Now().After(limit) {
			w.t.Fatal("no instance was started again")
		}
	}
}

func (w *world) testKilled(t *testing.T, path, live string) {
	before := w.ready(path, "web", 3)
	v := visit(live, 8)
	v.await(t, 20)
	if err := w.platform.Kill(t.Context(), strings.TrimPrefix(path, "/v2/apps/"), before[1]); err != nil {
		t.Fatal(err)
	}
	w.restarted(path)
	if after := w.ready(path, "web", 3); !slices.Equal(after, before) {
		t.Errorf("the instances are %v, before they were %v", after, before)
	}
	seen := v.leave()
	t.Logf("%d requests, the longest took %s", seen.asked, seen.longest)
	if len(seen.failed) > 8 {
		t.Errorf("%d of %d failed, the longest took %s: %v", len(seen.failed), seen.asked, seen.longest, seen.failed)
	}
}

func (w *world) testLogs(t *testing.T, path string) {
	active := path + "/deployments/" + fmt.Sprint(at(w.call("GET", path, nil), "app", "active_deployment", "id"))
	for component, want := range map[string]string{"web": "web of second begins", "worker": "worker of second", "release": "job of second"} {
		logs := w.call("GET", active+"/components/"+component+"/logs?type=RUN", nil)
		if text := page(t, at(logs, "historic_urls", 0).(string)); !strings.HasPrefix(text, component+" ") || !strings.Contains(text, want) {
			t.Errorf("the log of %s is %.500q", component, text)
		}
	}
	exec := w.call("GET", active+"/components/web/exec", nil)
	console, response, err := websocket.Dial(t.Context(), exec["url"].(string), nil)
	if err != nil {
		t.Fatal(err)
	}
	if response.Body != nil {
		_ = response.Body.Close()
	}
	defer func() { _ = console.CloseNow() }()
	if err := console.Write(t.Context(), websocket.MessageText, []byte(`{"op":"stdin","data":"echo $RELEASE-$((6*7)); exit\n"}`)); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for {
		_, message, err := console.Read(t.Context())
		if err != nil {
			break
		}
		text.Write(message)
	}
	if !strings.Contains(text.String(), "second-42") {
		t.Errorf("the console says %q", text.String())
	}
}

// TestScaling: a component has more instances while their processors are busy, and fewer
// again when they are not.
func TestScaling(t *testing.T) {
	w := open(t, platform.Options{ScaleEvery: 500 * time.Millisecond})
	w.push("first")
	ask := spec("first")
	app := ask["spec"].(object)
	delete(app, "workers")
	delete(app, "jobs")
	web := app["services"].([]object)[0]
	delete(web, "instance_count")
	web["instance_size_slug"] = "apps-d-1vcpu-1gb"
	web["autoscaling"] = object{"min_instance_count": 1, "max_instance_count": 2, "metrics": object{"cpu": object{"percent": 5}}}
	path := "/v2/apps/" + fmt.Sprint(at(w.call("POST", "/v2/apps", ask), "app", "id"))
	if phase, d := w.ended(path); phase != "ACTIVE" {
		t.Fatalf("the deployment is %s: %v", phase, d["progress"])
	}
	w.ready(path, "web", 1)
	v := visit(fmt.Sprint(at(w.call("GET", path, nil), "app", "live_url"))+"/burn", 4)
	w.ready(path, "web", 2)
	seen := v.leave()
	w.ready(path, "web", 1)
	if len(seen.failed) > 0 {
		t.Errorf("%d of %d failed: %v", len(seen.failed), seen.asked, seen.failed)
	}
}
