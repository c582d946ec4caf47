package digitalocean

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
)

// lost are the ways in which the answer to a create that happened is lost, or
// what it made is hidden for a while.
var lost = map[string]fakecloud.Faults{
	"connection dropped after create": {DropAfter: "droplets"},
	"500 after create":                {ErrorAfter: "droplets"},
	"answer torn in the middle":       {TornAfter: "droplets"},
	"404 after create":                {NotFoundReads: 3},
	"tags lag 30 s":                   {TagLag: 30 * time.Second},
	"dropped, tags lag 30 s":          {DropAfter: "droplets", TagLag: 30 * time.Second},
	"500, tags lag 30 s, 404s":        {ErrorAfter: "droplets", TagLag: 30 * time.Second, NotFoundReads: 3},
	"dropped, in no list for 45 s":    {DropAfter: "droplets", ListLag: 45 * time.Second, TagLag: time.Minute},
	"tags never show by themselves":   {TagLag: 1000 * time.Hour},
	"no IPv4 address for 30 s":        {NoIPv4For: 30 * time.Second},
	"private address first":           {PrivateFirst: true},
	"private address first and alone": {PrivateFirst: true, NoIPv4For: 30 * time.Second},
	"reads broken now and then":       {BrokenReads: 2},
	"reads dropped now and then":      {DroppedReads: 2},
	"429 with Retry-After on reads":   {TooMany: 3, TooManyOn: http.MethodGet, RetryAfter: 5 * time.Second},
	"429 with ratelimit-reset alone":  {TooMany: 3, TooManyOn: http.MethodGet},
}

func TestLostAnswersEndWithOneDroplet(t *testing.T) {
	t.Parallel()
	for name, faults := range lost {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeployment(t, faults)
			if err := d.deploy(d.open()); err != nil {
				t.Fatal(err)
			}
			d.oneDroplet()
			if n := d.cloud.Creates(); n != 1 {
				t.Errorf("%d create calls, want 1", n)
			}
			server, err := d.open().Server(t.Context(), d.spec)
			if err != nil || !strings.HasPrefix(server.Address, "203.0.") {
				t.Errorf("Server = %+v, %v; want the public address", server, err)
			}
			f, err := d.open().firewall(t.Context(), d.spec)
			if err != nil || len(f.DropletIDs) != 1 {
				t.Errorf("the firewall is not on the droplet: %+v, %v", f, err)
			}
			if err := d.open().Destroy(t.Context(), d.spec, func(string) {}); err != nil {
				t.Fatal(err)
			}
			if got := d.cloud.Contents(); !got.Empty() {
				t.Errorf("left in the cloud: %+v", got)
			}
		})
	}
}

// TestCrashAfterCreateEndsWithOneDroplet kills the run while the create call is
// answered: the process knows nothing of it, only the intent was recorded.
func TestCrashAfterCreateEndsWithOneDroplet(t *testing.T) {
	t.Parallel()
	for name, faults := range lost {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeployment(t, fakecloud.Faults{})
			p := d.open()
			for _, kind := range []string{"ssh-key", "tag", "cloud-firewall"} {
				if err := step(t.Context(), d.resource(p, kind), time.Time{}); err != nil {
					t.Fatal(err)
				}
			}
			d.cloud.SetFaults(faults)
			asked := d.clock.Now()
			d.createAndDie(p)
			d.oneDroplet()

			later := d.open()
			if err := step(t.Context(), d.resource(later, "droplet"), asked); err != nil {
				t.Fatal(err)
			}
			d.oneDroplet()
			if n := d.cloud.Creates(); n != 1 {
				t.Errorf("%d create calls, want 1", n)
			}
			if _, err := d.open().Server(t.Context(), d.spec); err != nil {
				t.Errorf("Server: %v", err)
			}
		})
	}
}

// createAndDie sends the create call and forgets whatever comes back.
func (d *deployment) createAndDie(p *Provider) {
	d.t.Helper()
	request, err := (&dropletResource{p: p, spec: d.spec}).request(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	_, _, _ = p.api.Droplets.Create(d.t.Context(), request)
}

// TestCrashBeforeCreate kills the run between the intent and the call.
func TestCrashBeforeCreate(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	p := d.open()
	for _, kind := range []string{"ssh-key", "tag", "cloud-firewall"} {
		if err := step(t.Context(), d.resource(p, kind), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	asked := d.clock.Now()
	found, err := d.resource(d.open(), "droplet").Look(t.Context(), asked)
	if err != nil || found.Holds || len(found.Changes) != 1 {
		t.Fatalf("Look = %+v, %v; want a droplet to be made", found, err)
	}
	if waited := d.clock.Now().Sub(asked); waited < 90*time.Second || waited > 2*time.Minute {
		t.Errorf("the look waited %s, want the whole patience of 90 s", waited)
	}
	start := d.clock.Now()
	if _, err := d.resource(d.open(), "droplet").Look(t.Context(), time.Time{}); err != nil {
		t.Fatal(err)
	}
	if waited := d.clock.Now().Sub(start); waited != 0 {
		t.Errorf("a look without an intent waited %s", waited)
	}
}

// TestCreateThatNeverHappened: the answer is lost and nothing was made.
func TestCreateThatNeverHappened(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string]fakecloud.Faults{
		"connection dropped before create": {DropBefore: "droplets"},
		"500 before create":                {ErrorBefore: "droplets"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeployment(t, faults)
			err := d.deploy(d.open())
			failed, ok := errors.AsType[*providers.Failed](err)
			if !ok || !strings.Contains(err.Error(), "was not made") || failed.Next == "" {
				t.Fatalf("deploy = %v, want *Failed that says that nothing was made", err)
			}
			if n := d.cloud.Creates(); n != 1 {
				t.Errorf("%d create calls, want 1: a create is never repeated", n)
			}
			if err := d.deploy(d.open()); err != nil {
				t.Errorf("the next run: %v", err)
			}
			d.oneDroplet()
		})
	}
}

// TestLostAnswersOfTheRest loses the answers to all other creates.
func TestLostAnswersOfTheRest(t *testing.T) {
	t.Parallel()
	for _, family := range []string{"account/keys", "tags", "firewalls", "reserved_ips", "domains"} {
		for how, faults := range map[string]fakecloud.Faults{
			"dropped after":  {DropAfter: family},
			"500 after":      {ErrorAfter: family},
			"dropped before": {DropBefore: family},
		} {
			t.Run(family+" "+how, func(t *testing.T) {
				t.Parallel()
				d := newDeployment(t, faults)
				d.cloud.AddDomain("example.com")
				d.options = Options{ReservedIP: providers.On, Domains: []string{"example.com"}}
				err := d.deploy(d.open())
				if how == "dropped before" {
					if _, ok := errors.AsType[*providers.Failed](err); !ok {
						t.Fatalf("deploy = %v, want *Failed", err)
					}
					err = d.deploy(d.open())
				}
				if err != nil {
					t.Fatal(err)
				}
				got := d.cloud.Contents()
				if len(got.Keys) != 1 || len(got.Firewalls) != 1 || len(got.ReservedIPs) != 1 || len(got.Records) != 2 || len(got.Droplets) != 1 {
					t.Errorf("contents = %+v, want one of each and two records", got)
				}
			})
		}
	}
}

// TestCancelledCreate: what was interrupted says so at once, and the next run
// adopts what it made.
func TestCancelledCreate(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	p := d.open()
	for _, kind := range []string{"ssh-key", "tag", "cloud-firewall"} {
		if err := step(t.Context(), d.resource(p, kind), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := d.resource(p, "droplet")
	if _, err := r.Look(ctx, time.Time{}); err != nil {
		t.Fatal(err)
	}
	asked := d.clock.Now()
	// The create is answered, the wait for it is interrupted.
	err := r.Make(ctx, func(string) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("Make = %v, want context.Canceled", err)
	}
	if err := step(t.Context(), d.resource(d.open(), "droplet"), asked); err != nil {
		t.Fatal(err)
	}
	d.oneDroplet()
}

// TestNameWithoutTag: a droplet that has our name, but is older than our
// intent and bears no tag of ours, is neither adopted nor doubled nor removed.
func TestNameWithoutTag(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{TagLag: 1000 * time.Hour})
	p := d.open()
	for _, kind := range []string{"ssh-key", "tag", "cloud-firewall"} {
		if err := step(t.Context(), d.resource(p, kind), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	d.createAndDie(p)
	if err := d.clock.Sleep(t.Context(), 3*time.Hour); err != nil {
		t.Fatal(err)
	}
	var refused *providers.Refused
	_, err := d.resource(d.open(), "droplet").Look(t.Context(), d.clock.Now())
	if !errors.As(err, &refused) || !strings.Contains(refused.Next, "doctl compute droplet tag") {
		t.Errorf("Look = %v, want a refusal with the way out", err)
	}
	var failed *providers.Failed
	err = d.open().Destroy(t.Context(), d.spec, func(string) {})
	if !errors.As(err, &failed) || !strings.Contains(failed.Next, "doctl compute droplet delete") {
		t.Errorf("Destroy = %v, want it to stop and name the command", err)
	}
	d.oneDroplet()
}
