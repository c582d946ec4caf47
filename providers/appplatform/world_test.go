package appplatform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
)

const testToken = "dop_v1_5ecre7t0ken"

// world is one deployment to a simulated cloud in virtual time. Every call and every
// answer is checked against the API's description. Its registry is a real one.
type world struct {
	t             *testing.T
	cloud         *fakecloud.Cloud
	clock         *fakecloud.VirtualClock
	url, registry string
	spec          providers.Spec
	// domains are those of the app.
	domains []string
	// images makes the images.
	images imageMaker
}

func newWorld(t *testing.T, faults fakecloud.Faults, change ...func(*fakecloud.Options)) *world {
	t.Helper()
	clock := fakecloud.NewVirtualClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	options := fakecloud.Options{Token: testToken, Now: clock.Now, BootTime: 20 * time.Second, Faults: faults, Limits: fakecloud.RealLimits}
	for _, c := range change {
		c(&options)
	}
	cloud, err := fakecloud.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cloud.Close)
	registry := httptest.NewServer(cloud.Registry())
	t.Cleanup(registry.Close)
	return &world{
		t: t, cloud: cloud, clock: clock, url: contract.Server(t, cloud).String(), registry: registry.URL, images: plainImages{},
		spec: providers.Spec{Name: "hello", Tag: "slipway-hello-3f9a2c"},
	}
}

// open makes a provider as a new run of the command would.
func (w *world) open() *Provider {
	w.t.Helper()
	p, err := New(Options{Options: account.Options{Token: testToken, APIURL: w.url, Clock: w.clock}, RegistryURL: w.registry, Domains: w.domains})
	if err != nil {
		w.t.Fatal(err)
	}
	p.images = w.images
	return p
}

// plainImages makes images without a file in them, where nothing runs them.
type plainImages struct{}

func (plainImages) check(context.Context, providers.Spec) error { return nil }

func (plainImages) forget(context.Context, providers.Spec, func(string)) error { return nil }

func (plainImages) make(_ context.Context, _ providers.Spec, app providers.App, _ func(string)) (v1.Image, func(), error) {
	image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{
		Architecture: "amd64", OS: "linux", Config: v1.Config{Cmd: []string{"serve", app.Release}},
	})
	return image, func() {}, err
}

// release is a release of a small app.
func release(name string) providers.App {
	return providers.App{
		Release: name, Archive: func(io.Writer) error { return nil },
		HostVariable: func(hosts []string) (string, string) { return "ALLOWED_HOSTS", strings.Join(hosts, " ") },
	}
}

// deploy does what the engine does and stops at the first error.
func (w *world) deploy(p *Provider, app providers.App) error {
	for _, r := range append(p.Resources(w.spec), p.Deliveries(w.spec, app)...) {
		if err := step(w.t.Context(), r); err != nil {
			return err
		}
	}
	return nil
}

func step(ctx context.Context, r providers.Resource) error {
	found, err := r.Look(ctx, time.Time{})
	if err != nil || found.Holds {
		return err
	}
	if len(found.Changes) == 0 {
		return fmt.Errorf("%s does not hold and says nothing of what it would do", r.Kind())
	}
	if err := r.Make(ctx, func(string) {}); err != nil {
		return err
	}
	found, err = r.Look(ctx, time.Time{})
	if err == nil && !found.Holds {
		return fmt.Errorf("%s does not hold after Make: %+v", r.Kind(), found)
	}
	return err
}

// must deploys a release.
func (w *world) must(app providers.App) {
	w.t.Helper()
	if err := w.deploy(w.open(), app); err != nil {
		w.t.Fatal(err)
	}
}

// delivery is one of what brings an app.
func (w *world) delivery(p *Provider, kind string, app providers.App) providers.Resource {
	w.t.Helper()
	for _, r := range append(p.Resources(w.spec), p.Deliveries(w.spec, app)...) {
		if r.Kind() == kind {
			return r
		}
	}
	w.t.Fatalf("no resource %s", kind)
	return nil
}

func (w *world) oneApp() {
	w.t.Helper()
	if got := w.cloud.Contents().Apps; len(got) != 1 {
		w.t.Errorf("apps = %v, want one", got)
	}
}

// posts is how often something was posted to a path.
func (w *world) posts(path string) int {
	n := 0
	for _, r := range w.cloud.Requests() {
		if r.Method == http.MethodPost && r.Path == path {
			n++
		}
	}
	return n
}

func (w *world) onlyGETs() {
	w.t.Helper()
	for _, r := range w.cloud.Requests() {
		if r.Method != http.MethodGet {
			w.t.Errorf("%s %s was called where only GET may be", r.Method, r.Path)
		}
	}
}

// current is the name of the release that has the traffic.
func (w *world) current() string {
	w.t.Helper()
	app, err := w.open().serving(w.t.Context(), w.spec)
	if err != nil {
		w.t.Fatal(err)
	}
	return variableOf(app.ActiveDeployment.Spec, ReleaseVariable)
}

// says checks that an error is of a kind, and says some words and what to do next.
func says[T error](t *testing.T, err error, next string, words ...string) {
	t.Helper()
	e, ok := errors.AsType[T](err)
	if !ok {
		t.Errorf("got %T %v", err, err)
		return
	}
	for _, word := range words {
		if !strings.Contains(e.Error(), word) {
			t.Errorf("%q does not say %q", e.Error(), word)
		}
	}
	if hint, ok := any(e).(interface{ Hint() string }); !ok || !strings.Contains(hint.Hint(), next) {
		t.Errorf("%q does not say to do %q next", err, next)
	}
	if strings.Contains(err.Error(), testToken) {
		t.Errorf("%q has the token", err)
	}
}

// id is the app's identifier.
func (w *world) id() string {
	w.t.Helper()
	app, err := w.open().app(w.t.Context(), w.spec)
	if err != nil || app == nil {
		w.t.Fatalf("the app: %v, %v", app, err)
	}
	return app.ID
}

// live is the spec of the release that has the traffic.
func (w *world) live() *godo.AppSpec {
	w.t.Helper()
	app, err := w.open().serving(w.t.Context(), w.spec)
	if err != nil {
		w.t.Fatal(err)
	}
	return app.ActiveDeployment.Spec
}
