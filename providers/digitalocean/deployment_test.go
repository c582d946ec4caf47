package digitalocean

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
)

const (
	testToken = "dop_v1_5ecre7t0ken"
	publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1hJbLx1mDzzDYRLEjLfnUtSHbO9ncN4u2Lh2Jb0y3T slipway"
)

// deployment is one deployment to a simulated cloud in virtual time. Every call and
// every answer is checked against the API's description.
type deployment struct {
	t     *testing.T
	cloud *fakecloud.Cloud
	clock *fakecloud.VirtualClock
	url   string
	// spaces is where Spaces answers, dir the deployment's folder.
	spaces, dir string
	spec        providers.Spec
	// options are what a provider is made with, apart from the token, URL and clock.
	options Options
}

func newDeployment(t *testing.T, faults fakecloud.Faults, change ...func(*fakecloud.Options)) *deployment {
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
	spaces := httptest.NewServer(cloud.Spaces())
	t.Cleanup(spaces.Close)
	return &deployment{
		t: t, cloud: cloud, clock: clock, url: contract.Server(t, cloud).String(), spaces: spaces.URL, dir: t.TempDir(),
		spec: providers.Spec{
			Name: "hello", Tag: "slipway-hello-3f9a2c", UserData: "#cloud-config\nhostname: hello\n",
			AuthorizedKey: publicKey, Ports: []int{22, 80, 443},
		},
	}
}

// open makes a provider as a new run of the command would.
func (d *deployment) open() *Provider {
	d.t.Helper()
	o := d.options
	o.Token, o.APIURL, o.SpacesURL, o.Dir, o.Clock = testToken, d.url, d.spaces, d.dir, d.clock
	p, err := New(o)
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

// deploy does what the engine does and stops at the first error.
func (d *deployment) deploy(p *Provider) error {
	for _, r := range p.Resources(d.spec) {
		if err := step(d.t.Context(), r, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

func step(ctx context.Context, r providers.Resource, asked time.Time) error {
	found, err := r.Look(ctx, asked)
	if err != nil || found.Holds {
		return err
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

func (d *deployment) resource(p *Provider, kind string) providers.Resource {
	d.t.Helper()
	for _, r := range p.Resources(d.spec) {
		if r.Kind() == kind {
			return r
		}
	}
	d.t.Fatalf("no resource %s", kind)
	return nil
}

func (d *deployment) oneDroplet() {
	d.t.Helper()
	if got := d.cloud.Contents().Droplets; len(got) != 1 {
		d.t.Errorf("droplets = %v, want one", got)
	}
}

func (d *deployment) onlyGETs() {
	d.t.Helper()
	for _, r := range d.cloud.Requests() {
		if r.Method != http.MethodGet {
			d.t.Errorf("%s %s was called where only GET may be", r.Method, r.Path)
		}
	}
}

// crowd fills the account with droplets of other deployments.
func (d *deployment) crowd(n int) {
	d.t.Helper()
	p := d.open()
	other := d.spec
	other.Tag = "other"
	if err := step(d.t.Context(), &keyResource{p: p, spec: other}, time.Time{}); err != nil {
		d.t.Fatal(err)
	}
	for i := range n {
		other.Tag = fmt.Sprintf("other-%d", i)
		request, err := (&dropletResource{p: p, spec: other}).request(d.t.Context())
		if err != nil {
			d.t.Fatal(err)
		}
		if _, _, err := p.api.Droplets.Create(d.t.Context(), request); err != nil {
			d.t.Fatal(err)
		}
	}
}
