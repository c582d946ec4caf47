package platform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
	"slipway/providers/digitalocean/fakecloud/platform"
	"slipway/providers/docker/dockertest"
	"slipway/providers/local/localtest"
)

func TestMain(m *testing.M) { os.Exit(dockertest.Main(m.Run)) }

// world is a cloud whose apps run in an engine, with a registry that has the test's images.
type world struct {
	t        *testing.T
	engine   *dockertest.Engine
	platform *platform.Platform
	api      *url.URL
	registry string
}

// object is decoded JSON.
type object = map[string]any

// open starts a world. Its account has a registry.
func open(t *testing.T, o platform.Options) *world {
	t.Helper()
	dockertest.Need(t)
	if _, err := exec.LookPath("haproxy"); err != nil {
		localtest.Skip(t, "the package haproxy is missing")
	}
	w := &world{t: t, engine: dockertest.Shared(t, "python:3.13-slim")}
	var cloud *fakecloud.Cloud
	images := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { cloud.Registry().ServeHTTP(rw, r) }))
	t.Cleanup(images.Close)
	w.registry = strings.TrimPrefix(images.URL, "http://")
	o.Client, o.Registry, o.Log = w.engine.Client, w.registry, t.Logf
	var err error
	if w.platform, err = platform.New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.platform.Close(); err != nil {
			t.Errorf("close the platform: %v", err)
		}
	})
	if cloud, err = fakecloud.New(fakecloud.Options{Apps: w.platform, LiveURL: w.platform.LiveURL}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cloud.Close)
	w.api = contract.Server(t, cloud)
	w.call("POST", "/v2/registry", object{"name": "shops", "subscription_tier_slug": "basic"})
	return w
}

// call calls the API, which must be content, and returns the answer.
func (w *world) call(method, path string, body any) object {
	w.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.api.String()+path, reader)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer token")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	answer := object{}
	_ = json.NewDecoder(response.Body).Decode(&answer) // some have none
	if response.StatusCode >= 300 {
		w.t.Fatalf("%s %s answered %d %v", method, path, response.StatusCode, answer)
	}
	return answer
}

// push builds the test's app as a release and pushes it with the account's login.
func (w *world) push(release string) {
	w.t.Helper()
	login := w.call("GET", "/v2/registry/docker-credentials?read_write=true", nil)
	auth := at(login, "auths", "registry.digitalocean.com")
	config := w.t.TempDir()
	data, _ := json.Marshal(object{"auths": object{w.registry: auth}})
	if err := os.WriteFile(filepath.Join(config, "config.json"), data, 0o600); err != nil {
		w.t.Fatal(err)
	}
	name := w.registry + "/shops/shop:" + release
	for _, words := range [][]string{
		{"build", "--quiet", "--build-arg", "RELEASE=" + release, "--tag", name, "testdata/app"}, {"push", "--quiet", name}, {"rmi", name},
	} {
		cmd := exec.Command("docker", append([]string{"--config", config}, words...)...)
		cmd.Env = append(append(os.Environ(), w.engine.Env()...), "DOCKER_BUILDKIT=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			w.t.Fatalf("docker %s: %v: %s", words[0], err, out)
		}
	}
}

// at is the value at a path of keys and indexes; nil if there is none.
func at(value any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			node, _ := value.(object)
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

// spec is the test's app: three instances, a worker and a job before each deployment. Each
// release has a health check of its own.
func spec(release string) object {
	image := object{"registry_type": "DOCR", "repository": "shop", "tag": release}
	return object{"spec": object{
		"name": "shop", "region": "fra",
		"services": []object{{
			"name": "web", "image": image, "instance_size_slug": "apps-s-1vcpu-1gb", "instance_count": 3,
			"health_check": object{"http_path": "/health/" + release}, "termination": object{"drain_seconds": 5, "grace_period_seconds": 10},
			"envs": []object{{"key": "SECRET", "value": "s3cret", "type": "SECRET"}},
		}},
		"workers": []object{{"name": "worker", "image": image, "run_command": "python3 app.py work"}},
		"jobs":    []object{{"name": "release", "kind": "PRE_DEPLOY", "image": image, "run_command": "python3 app.py job"}},
	}}
}

// deploy makes or updates the app and waits until its deployment has ended.
func (w *world) deploy(app, release string) (path, phase string, deployment object) {
	w.t.Helper()
	method, path := "PUT", app
	if app == "" {
		method, path = "POST", "/v2/apps"
	}
	answer := w.call(method, path, spec(release))
	path = "/v2/apps/" + fmt.Sprint(at(answer, "app", "id"))
	phase, deployment = w.ended(path)
	return path, phase, deployment
}

// ended waits until the last deployment of an app has ended.
func (w *world) ended(path string) (phase string, deployment object) {
	w.t.Helper()
	for limit := time.Now().Add(90 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		d, _ := at(w.call("GET", path+"/deployments?per_page=1", nil), "deployments", 0).(object)
		switch phase := fmt.Sprint(d["phase"]); phase {
		case "ACTIVE", "ERROR", "CANCELED", "SUPERSEDED":
			return phase, d
		}
		if time.Now().After(limit) {
			w.t.Fatalf("the deployment does not end: %v", d)
		}
	}
}

// visitors ask an app's page all the time and count.
type visitors struct {
	stop    chan struct{}
	done    chan tally
	running int
	asked   atomic.Int64
}

type tally struct {
	asked    int
	failed   []string
	releases map[string]int
	longest  time.Duration
}

// between is what a visitor rests between two requests, so that the computer has time for
// the app too.
const between = 5 * time.Millisecond

// visit lets n visitors ask, each one request after the other on a connection that stays.
func visit(address string, n int) *visitors {
	v := &visitors{stop: make(chan struct{}), done: make(chan tally), running: n}
	for range n {
		go func() {
			client, t := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}, tally{releases: map[string]int{}}
			for {
				select {
				case <-v.stop:
					client.CloseIdleConnections()
					v.done <- t
					return
				case <-time.After(between):
					t.ask(client, address)
					v.asked.Add(1)
				}
			}
		}()
	}
	return v
}

func (t *tally) ask(client *http.Client, address string) {
	began := time.Now()
	t.asked++
	response, err := client.Get(address)
	if err != nil {
		t.failed = append(t.failed, err.Error())
		return
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.failed = append(t.failed, fmt.Sprint(response.Status, " ", err))
	}
	release, _, _ := strings.Cut(string(text), " ")
	t.releases[release]++
	t.longest = max(t.longest, time.Since(began))
}

// await waits until the visitors together have asked so often.
func (v *visitors) await(t *testing.T, n int64) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); v.asked.Load() < n; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("the visitors asked %d times in a minute, want %d", v.asked.Load(), n)
		}
	}
}

// leave ends the visitors and returns what they saw together.
func (v *visitors) leave() tally {
	close(v.stop)
	all := tally{releases: map[string]int{}}
	for range v.running {
		one := <-v.done
		all.asked, all.failed, all.longest = all.asked+one.asked, append(all.failed, one.failed...), max(all.longest, one.longest)
		for release, n := range one.releases {
			all.releases[release] += n
		}
	}
	return all
}
