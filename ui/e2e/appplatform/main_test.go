// Package appplatform tests deployments to a simulated App Platform that runs real
// containers behind a real balancer, with a real registry and real managed databases, from
// the first run to destroy.
package appplatform

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/clusters"
	"slipway/providers/digitalocean/fakecloud/contract"
	"slipway/providers/digitalocean/fakecloud/platform"
	"slipway/providers/docker/dockertest"
	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(dockertest.Main(func() int { return e2e.Main(m) })) }

// operator is somebody who runs slipway with a simulated account and an engine that builds
// images; the cloud runs them in the same engine.
type operator struct {
	*e2e.Operator
	cloud    *fakecloud.Cloud
	platform *platform.Platform
}

func newOperator(t *testing.T) *operator {
	t.Helper()
	dockertest.Need(t)
	if _, err := exec.LookPath("haproxy"); err != nil {
		localtest.Skip(t, "the package haproxy is missing")
	}
	e := dockertest.Shared(t, "python:3.13-slim", "postgres:17")
	registry := httptest.NewUnstartedServer(nil)
	runner, err := platform.New(platform.Options{Client: e.Client, Registry: registry.Listener.Addr().String()})
	failOn(t, err)
	t.Cleanup(func() { failOn(t, runner.Close()) })
	databases, err := clusters.New(t.Context(), clusters.Options{Engine: e})
	failOn(t, err)
	t.Cleanup(func() { failOn(t, databases.Close()) })
	cloud, err := fakecloud.New(fakecloud.Options{Token: e2e.Token, Apps: runner, LiveURL: runner.LiveURL, Databases: databases})
	failOn(t, err)
	t.Cleanup(cloud.Close)
	registry.Config.Handler = cloud.Registry()
	registry.Start()
	t.Cleanup(registry.Close)
	api := httptest.NewServer(contract.Held(t, cloud))
	t.Cleanup(api.Close)
	o := &operator{Operator: e2e.NewOperator(t, 4*time.Minute), cloud: cloud, platform: runner}
	o.Env = append(e.Env(), "DIGITALOCEAN_API_URL="+api.URL, "DIGITALOCEAN_TOKEN="+e2e.Token, "DIGITALOCEAN_REGISTRY_URL="+registry.URL)
	return o
}

func failOn(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// deploy runs slipway --yes --json for App Platform.
func (o *operator) deploy(args ...string) e2e.Deployed {
	o.T.Helper()
	return o.Deploy(append([]string{"--provider", "app-platform"}, args...)...)
}

// nothing checks that destroy leaves nothing in the account.
func (o *operator) nothing(name string) {
	o.T.Helper()
	o.Must("destroy", "--yes", "--lose-data", name)
	if left := o.cloud.Contents(); !left.Empty() {
		o.T.Errorf("destroy leaves %+v", left)
	}
}

// app is the identifier of the only app.
func (o *operator) app(name string) string {
	o.T.Helper()
	record, err := o.State().Read(name)
	failOn(o.T, err)
	return record.Known["app"]
}

// answer reads a page of JSON.
func answer(t testing.TB, url string, into any) {
	t.Helper()
	status, body := e2e.Ask(t, url)
	if err := json.Unmarshal([]byte(body), into); err != nil || status != 200 {
		t.Fatalf("%s: status %d, %.200s", url, status, body)
	}
}

// copied is a copy of a folder of testdata, to be changed.
func copied(t testing.TB, folder string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), folder)
	failOn(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", folder))))
	return dir
}

// edit replaces a text in a file.
func edit(t testing.TB, file, old, text string) {
	t.Helper()
	data, err := os.ReadFile(file)
	failOn(t, err)
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s has no %q", file, old)
	}
	failOn(t, os.WriteFile(file, []byte(strings.ReplaceAll(string(data), old, text)), 0o600))
}
