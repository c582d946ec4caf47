package appplatform

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/docker"
)

// failures are what goes wrong, in an app that is changed for it, and what is said of it.
var failures = map[string]struct {
	faults fakecloud.Faults
	app    func(*providers.App)
	check  func(t *testing.T, err error)
}{
	"no way to pay": {fakecloud.Faults{PaymentRequired: "apps"}, nil, func(t *testing.T, err error) {
		says[*providers.Refused](t, err, "billing", "402")
	}},
	"image": {fakecloud.Faults{ImageMissing: 1}, nil, func(t *testing.T, err error) {
		says[*providers.Failed](t, err, "same command again", "does not find the image", "ImageNotFound")
	}},
	"health": {fakecloud.Faults{Unhealthy: 1}, nil, func(t *testing.T, err error) {
		says[*providers.Failed](t, err, "[health]", "the web app did not become healthy", "DeployContainerHealthChecksFailed")
	}},
	"command before the release": {fakecloud.Faults{JobFails: 1}, func(a *providers.App) { a.ReleaseCommand = "migrate" }, func(t *testing.T, err error) {
		says[*providers.Failed](t, err, "release command", "the command before the release failed")
	}},
	"start": {fakecloud.Faults{JobFails: 1}, nil, func(t *testing.T, err error) {
		says[*providers.Failed](t, err, "mend the app", "the web app ended right after its start")
	}},
	"superseded": {fakecloud.Faults{Superseded: 1}, nil, func(t *testing.T, err error) {
		says[*providers.Failed](t, err, "list-deployments", "another deployment")
	}},
}

// TestFailures: what failed is said with its cause and what to do next, and the release
// before goes on.
func TestFailures(t *testing.T) {
	t.Parallel()
	for name, c := range failures {
		t.Run(name+", first release", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.faults)
			app := release("one")
			if c.app != nil {
				c.app(&app)
			}
			c.check(t, w.deploy(w.open(), app))
			w.cloud.SetFaults(fakecloud.Faults{})
			w.must(app)
			w.oneApp()
		})
		t.Run(name+", next release", func(t *testing.T) {
			t.Parallel()
			if c.faults.PaymentRequired != "" {
				t.Skip("an app that is there is paid for")
			}
			w := newWorld(t, fakecloud.Faults{})
			app := release("one")
			if c.app != nil {
				c.app(&app)
			}
			w.must(app)
			w.cloud.SetFaults(c.faults)
			app.Release = "two"
			err := w.deploy(w.open(), app)
			c.check(t, err)
			if now := w.current(); now != "one" && c.faults.Superseded == 0 {
				t.Errorf("%s has the traffic", now)
			}
			w.cloud.SetFaults(fakecloud.Faults{})
			w.must(app)
			if now := w.current(); now != "two" {
				t.Errorf("after another try %s has the traffic", now)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	wrong, err := New(Options{Options: account.Options{Token: "wrong", APIURL: w.url, Clock: w.clock}})
	if err != nil {
		t.Fatal(err)
	}
	says[*providers.Refused](t, wrong.Check(t.Context(), w.spec), "DIGITALOCEAN_ACCESS_TOKEN", "does not accept the token")
	_, err = New(Options{})
	says[*providers.Refused](t, err, "DIGITALOCEAN_ACCESS_TOKEN", "no DigitalOcean token")
	_, err = New(Options{Options: account.Options{Token: testToken}, RegistryURL: "http://registry.example.com"})
	says[*providers.Usage](t, err, "DIGITALOCEAN_REGISTRY_URL", "unencrypted")
	none := w.spec
	none.Tag = ""
	says[*providers.Usage](t, w.open().Check(t.Context(), none), "--name", "tag")
	none = w.spec
	none.Image = "debian-13"
	says[*providers.Usage](t, w.open().Check(t.Context(), none), "--image", "debian-13")
	w.cloud.SetFaults(fakecloud.Faults{Locked: true})
	says[*providers.Refused](t, w.open().Check(t.Context(), w.spec), "support", "locked")
	w.cloud.SetFaults(fakecloud.Faults{MissingScope: "app:create"})
	says[*providers.Refused](t, w.deploy(w.open(), release("one")), "app:create", "lacks the scope app:create")
}

// TestNoEngine: without a Docker engine nothing is made.
func TestNoEngine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	w.images = engine{docker.New(docker.Options{Getenv: func(key string) string {
		return map[string]string{"DOCKER_HOST": "unix://" + t.TempDir() + "/none.sock"}[key]
	}})}
	says[*providers.Refused](t, w.open().Check(t.Context(), w.spec), "engine", "no Docker engine answers")
	w.onlyGETs()
}

func TestATakenName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	p := w.open()
	name := AppName(w.spec.Name, w.spec.Tag)
	foreign := AppSpec(SpecInput{Name: name, Tag: "other", Repository: name, Release: "x", Size: "apps-s-1vcpu-0.5gb"})
	if _, _, err := p.api.Apps.Create(t.Context(), &godo.AppCreateRequest{Spec: foreign}); err != nil {
		t.Fatal(err)
	}
	says[*providers.Refused](t, p.Check(t.Context(), w.spec), "--name", "somebody else's")
	says[*providers.Refused](t, w.deploy(p, release("one")), "--name", "somebody else's")
	says[*providers.Refused](t, p.Destroy(t.Context(), w.spec, func(string) {}), "--name", "somebody else's")
	w.oneApp()
}

// TestTiers: a registry without room is given a larger tier, whose price is in the plan.
func TestTiers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	w.must(release("one"))
	next := w.spec
	next.Name, next.Tag = "shop", "slipway-shop-1"
	second := &world{t: t, cloud: w.cloud, clock: w.clock, url: w.url, registry: w.registry, images: w.images, spec: next}
	found, err := second.delivery(second.open(), "registry", release("one")).Look(t.Context(), time.Time{})
	if err != nil || found.Holds || found.Changes[0].Monthly != 5 || !strings.Contains(found.Changes[0].What, "from tier starter to basic") {
		t.Errorf("%+v, %v", found, err)
	}
	second.must(release("one"))
	var lines []string
	if err := second.open().Destroy(t.Context(), next, func(line string) { lines = append(lines, line) }); err != nil {
		t.Fatal(err)
	}
	if uses, err := w.open().Shared(t.Context(), w.spec); err != nil || len(uses) != 1 || uses[0].Monthly != 5 {
		t.Errorf("it uses %+v, %v", uses, err)
	}
	if said := strings.Join(lines, "\n"); !strings.Contains(said, "stays, tier basic, for $5.00 a month") {
		t.Errorf("destroy says %q", said)
	}
	w.cloud.SetFaults(fakecloud.Faults{RegistryFull: true})
	says[*providers.Refused](t, w.deploy(w.open(), release("two")), "basic is $5.00 a month", "tier of the container registry is too small")
	w.cloud.SetFaults(fakecloud.Faults{RegistryDown: true})
	says[*providers.Failed](t, w.deploy(w.open(), release("two")), "same command again", "the container registry")
	if now := w.current(); now != "one" {
		t.Errorf("%s has the traffic", now)
	}
}

func TestEverythingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	w.must(release("one"))
	over, cancel := context.WithCancel(t.Context())
	cancel()
	p := w.open()
	_, urlErr := p.URL(over, w.spec)
	_, heldErr := p.Holdings(over, w.spec)
	_, listErr := p.Releases(over, w.spec)
	for what, err := range map[string]error{
		"Check": p.Check(over, w.spec), "URL": urlErr, "Holdings": heldErr, "Releases": listErr,
		"Destroy": p.Destroy(over, w.spec, func(string) {}), "RollBack": p.RollBack(over, w.spec, "one", func(string) {}),
		"Make": w.delivery(p, kindApp, release("two")).Make(over, func(string) {}),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestNoAnswerLikeTheAPI(t *testing.T) {
	t.Parallel()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>hello</html>")) }))
	t.Cleanup(page.Close)
	w := newWorld(t, fakecloud.Faults{})
	p, err := New(Options{Options: account.Options{Token: testToken, APIURL: page.URL, Clock: w.clock}})
	if err != nil {
		t.Fatal(err)
	}
	says[*providers.Failed](t, p.Check(t.Context(), w.spec), "DIGITALOCEAN_API_URL", "does not answer like DigitalOcean's API")
}
