package digitalocean

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/digitalocean/fakecloud"
)

// class is one of the three types of errors that say what to do next.
type class string

const (
	refused class = "Refused"
	usage   class = "Usage"
	failed  class = "Failed"
)

func classOf(err error) (class, string) {
	var r *providers.Refused
	var u *providers.Usage
	var f *providers.Failed
	switch {
	case errors.As(err, &r):
		return refused, r.Next
	case errors.As(err, &u):
		return usage, u.Next
	case errors.As(err, &f):
		return failed, f.Next
	}
	return class(fmt.Sprintf("%T", err)), ""
}

// failures are failures of the API that its users report, each with the error that it
// must become. where is the part of a run in which it happens.
var failures = []struct {
	name   string
	faults fakecloud.Faults
	change func(d *deployment)
	where  func(d *deployment, p *Provider) error
	want   class
	says   []string
	next   string
	// answered is set if the API answered: the error has its request id then.
	answered bool
}{
	{"401: the token is not accepted", fakecloud.Faults{EchoToken: true}, nil, checkWithBadToken, refused, []string{"does not accept the token", "401"}, "make a new token", true},
	{"403: scope account:read", fakecloud.Faults{MissingScope: "account:read"}, nil, check, refused, []string{"lacks the scope account:read"}, "account:read", true},
	{"403: scope ssh_key:read", fakecloud.Faults{MissingScope: "ssh_key:read"}, nil, check, refused, []string{"lacks the scope ssh_key:read"}, "ssh_key:read", true},
	{"403: scope ssh_key:create", fakecloud.Faults{MissingScope: "ssh_key:create"}, nil, deploy, refused, []string{"lacks the scope ssh_key:create"}, "ssh_key:create", true},
	{"403: scope tag:create", fakecloud.Faults{MissingScope: "tag:create"}, nil, deploy, refused, []string{"lacks the scope tag:create"}, "tag:create", true},
	{"403: scope firewall:create", fakecloud.Faults{MissingScope: "firewall:create"}, nil, deploy, refused, []string{"lacks the scope firewall:create"}, "firewall:create", true},
	{"403: scope droplet:create comes late", fakecloud.Faults{MissingScope: "droplet:create"}, nil, deploy, refused, []string{"lacks the scope droplet:create"}, "droplet:create", true},
	{"403: scope actions:read", fakecloud.Faults{MissingScope: "actions:read"}, nil, check, refused, []string{"lacks the scope actions:read"}, "actions:read", true},
	{"403: scope regions:read", fakecloud.Faults{MissingScope: "regions:read"}, nil, check, refused, []string{"lacks the scope regions:read"}, "regions:read", true},
	{"403: scope droplet:delete", fakecloud.Faults{MissingScope: "droplet:delete"}, nil, deployAndDestroy, refused, []string{"lacks the scope droplet:delete"}, "droplet:delete", true},
	{"the account is locked", fakecloud.Faults{Locked: true}, nil, check, refused, []string{"locked the account"}, "support", false},
	{"the account was locked after the check", fakecloud.Faults{Locked: true}, nil, deploy, refused, []string{"locked the account"}, "support", true},
	{"the droplet limit is reached", fakecloud.Faults{DropletLimit: 1}, func(d *deployment) { d.crowd(1) }, check, refused, []string{"1 droplets", "no more than 1"}, "higher limit", false},
	{"422: the droplet limit", fakecloud.Faults{HiddenDropletLimit: true}, nil, deploy, refused, []string{"droplet limit is reached", "422"}, "higher limit", true},
	{"an image that was withdrawn", fakecloud.Faults{WithdrawnImage: "debian-13-x64"}, nil, check, usage, []string{`"debian-13-x64" is not (or no longer) offered`}, "debian-12-x64", false},
	{"422: an image that was withdrawn since", fakecloud.Faults{RefusedImage: "debian-13-x64"}, nil, deploy, usage, []string{"not (or no longer) offered", "422"}, "--image", true},
	{"a size that is not sold in the region", fakecloud.Faults{}, func(d *deployment) { d.spec.Size, d.spec.Region = "s-1vcpu-512mb-10gb", "lon1" }, check, usage, []string{"not sold in lon1"}, "s-1vcpu-1gb", false},
	{"a size that is sold out", fakecloud.Faults{UnlistedSize: "s-1vcpu-1gb"}, func(d *deployment) { d.spec.Size = "s-1vcpu-1gb" }, check, usage, []string{"s-1vcpu-1gb is not sold"}, "s-1vcpu-512mb-10gb", false},
	{"422: a size that is sold out since", fakecloud.Faults{SoldOutSize: "s-1vcpu-512mb-10gb"}, nil, deploy, usage, []string{"not sold in this region", "422"}, "--size", true},
	{"a size that does not exist", fakecloud.Faults{}, func(d *deployment) { d.spec.Size = "xxl" }, check, usage, []string{`no droplet size "xxl"`}, "s-1vcpu-512mb-10gb", false},
	{"a region that does not exist", fakecloud.Faults{}, func(d *deployment) { d.spec.Region = "mars1" }, check, usage, []string{`"mars1" does not exist`}, "fra1", false},
	{"a region that takes no droplets", fakecloud.Faults{}, func(d *deployment) { d.spec.Region = "sfo2" }, check, usage, []string{`"sfo2"`}, "sfo3", false},
	{"a project that does not exist", fakecloud.Faults{}, func(d *deployment) { d.options.Project = "none" }, check, usage, []string{`no project "none"`}, "first-project", false},
	{"a VPC that does not exist", fakecloud.Faults{}, func(d *deployment) { d.options.VPC = "00000000-0000-4000-8000-000000000000" }, check, usage, []string{"no VPC"}, "doctl vpcs", false},
	{"a VPC in another region", fakecloud.Faults{}, func(d *deployment) { d.options.VPC, d.spec.Region = "c33931f2-a26a-4e61-b85c-4e95a2ec431b", "nyc1" }, check, usage, []string{"is in fra1"}, "--region fra1", false},
	{"a VPC in another region than the droplet's", fakecloud.Faults{}, func(d *deployment) {
		d.options.VPC, d.spec.Region = d.cloud.AddVPC("shop", "ams3"), "fra1"
	}, check, usage, []string{"is in ams3", "would be in fra1"}, "--region ams3", false},
	{"403: scope vpc:read", fakecloud.Faults{MissingScope: "vpc:read"}, func(d *deployment) { d.options.VPC = d.cloud.AddVPC("shop", "fra1") }, check, refused, []string{"lacks the scope vpc:read"}, "vpc:read", true},
	{"403: scope reserved_ip:read", fakecloud.Faults{MissingScope: "reserved_ip:read"}, reserving, check, refused, []string{"lacks the scope reserved_ip:read"}, "reserved_ip:read", true},
	{"403: scope reserved_ip:create", fakecloud.Faults{MissingScope: "reserved_ip:create"}, reserving, deploy, refused, []string{"lacks the scope reserved_ip:create"}, "reserved_ip:create", true},
	{"the limit of reserved IPs is reached", fakecloud.Faults{}, func(d *deployment) {
		reserving(d)
		for n := range 3 {
			d.cloud.AddReservedIP(fmt.Sprintf("198.51.100.%d", n+1), "fra1", 0)
		}
	}, check, refused, []string{"3 reserved IPs", "no more than 3"}, "doctl compute reserved-ip list", false},
	{"403: scope droplet:update for backups", fakecloud.Faults{MissingScope: "droplet:update"}, nil, backUpLater, refused, []string{"turn the weekly backups on", "lacks the scope droplet:update"}, "droplet:update", true},
	{"backups never show", fakecloud.Faults{BackupsLag: 1000 * time.Hour}, nil, backUpLater, failed, []string{"weekly backups of droplet", "waited 10m0s", "does not show it yet"}, "same command again", false},
	{"user data over 64 KiB", fakecloud.Faults{}, func(d *deployment) { d.spec.UserData = "#cloud-config\n" + strings.Repeat("#", 64<<10) }, check, usage, []string{"65550 bytes"}, "bug", false},
	{"user data without #cloud-config", fakecloud.Faults{}, func(d *deployment) { d.spec.UserData = "#cloud-config \n" }, check, usage, []string{"not exactly #cloud-config"}, "bug", false},
	{"a public key that is none", fakecloud.Faults{}, func(d *deployment) { d.spec.AuthorizedKey = "hello" }, check, usage, []string{"authorized_keys"}, ".pub", false},
	{"422: please try again", fakecloud.Faults{TryAgain: 1}, nil, deploy, failed, []string{"calls it temporary", "422"}, "same command again", true},
	{"429 on the create", fakecloud.Faults{TooMany: 1, TooManyOn: http.MethodPost, RetryAfter: 5 * time.Second}, nil, deploy, failed, []string{"too many API calls", "429"}, "wait a minute", true},
	{"429 without end", fakecloud.Faults{TooMany: 1000, RetryAfter: 30 * time.Second}, nil, check, failed, []string{"too many API calls"}, "wait a minute", true},
	{"5xx without end", fakecloud.Faults{BrokenReads: 1000}, nil, check, failed, []string{"has trouble", "503"}, "status.digitalocean.com", true},
	{"connections dropped without end", fakecloud.Faults{DroppedReads: 1000}, nil, check, failed, []string{"no answer from DigitalOcean's API"}, "network", false},
	{"the create action errored", fakecloud.Faults{ActionErrored: true}, nil, deploy, failed, []string{"its creation failed"}, "slipway destroy hello", false},
	{"the droplet never gets active", fakecloud.Faults{StuckNew: true}, nil, deploy, failed, []string{"waited 10m0s", "in-progress"}, "slipway destroy hello", false},
	{"no public IPv4 address for ever", fakecloud.Faults{NoIPv4For: 1000 * time.Hour}, nil, deploy, failed, []string{"no public IPv4 address yet"}, "slipway destroy hello", false},
	{"404 for ever after the create", fakecloud.Faults{NotFoundReads: 100000}, nil, deploy, failed, []string{"accepted, but the API answers 404"}, "same command again", false},
	{"the firewall can't be applied", fakecloud.Faults{FirewallFails: true}, nil, deploy, failed, []string{"could not apply the firewall"}, "same command again", false},
	{"a pending event that never ends", fakecloud.Faults{PendingOnDestroy: 1000 * time.Hour}, nil, deployAndDestroy, failed, []string{"already has a pending event"}, "doctl compute droplet delete", false},
	{"the address redirects", fakecloud.Faults{Redirect: "http://127.0.0.1:9"}, nil, check, failed, []string{"redirects elsewhere"}, "DIGITALOCEAN_API_URL", false},
}

func reserving(d *deployment) { d.options.ReservedIP = providers.On }

// backUpLater turns backups on after the droplet was made.
func backUpLater(d *deployment, p *Provider) error {
	if err := d.deploy(p); err != nil {
		d.t.Fatal(err)
	}
	d.options.Backups = providers.On
	return d.deploy(d.open())
}

func check(d *deployment, p *Provider) error { return p.Check(d.t.Context(), d.spec) }

func deploy(d *deployment, p *Provider) error { return d.deploy(p) }

func checkWithBadToken(d *deployment, _ *Provider) error {
	p, err := New(Options{Options: account.Options{Token: testToken + "x", APIURL: d.url, Clock: d.clock}})
	if err != nil {
		return err
	}
	return p.Check(d.t.Context(), d.spec)
}

func deployAndDestroy(d *deployment, p *Provider) error {
	if err := d.deploy(p); err != nil {
		d.t.Fatal(err)
	}
	return d.open().Destroy(d.t.Context(), d.spec, func(string) {})
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for _, f := range failures {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			d := newDeployment(t, fakecloud.Faults{})
			if f.change != nil {
				f.change(d)
			}
			d.cloud.SetFaults(f.faults)
			err := f.where(d, d.open())
			if err == nil {
				t.Fatal("no error")
			}
			kind, next := classOf(err)
			if kind != f.want {
				t.Errorf("%v is %s, want %s", err, kind, f.want)
			}
			for _, word := range f.says {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q does not say %q", err, word)
				}
			}
			if !strings.Contains(next, f.next) {
				t.Errorf("the way out is %q, want %q in it", next, f.next)
			}
			if id := regexp.MustCompile(`request id fa4e0000-[0-9a-f-]+`); f.answered && !id.MatchString(err.Error()) {
				t.Errorf("%q has no request id", err)
			}
			for _, text := range []string{err.Error(), next, fmt.Sprintf("%+v %#v", err, errors.Unwrap(err))} {
				if strings.Contains(text, testToken) {
					t.Errorf("the token is in %q", text)
				}
			}
			if n := d.cloud.Creates(); n > 1+len(d.cloud.Contents().Droplets) {
				t.Errorf("%d create calls", n)
			}
		})
	}
}

// TestDuplicateKey: "SSH Key is already in use on your account", but this
// account can't see it.
func TestDuplicateKey(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	hidden := d.open()
	if err := step(t.Context(), d.resource(hidden, "ssh-key"), time.Time{}); err != nil {
		t.Fatal(err)
	}
	// Seen, it is adopted: Make succeeds though the API says 422.
	if err := d.resource(d.open(), "ssh-key").Make(t.Context(), func(string) {}); err != nil {
		t.Errorf("Make = %v, want the key adopted", err)
	}
	if n := len(d.cloud.Contents().Keys); n != 1 {
		t.Errorf("%d keys, want 1", n)
	}
}

// TestDuplicateFirewallName: somebody else's firewall has the name.
func TestDuplicateFirewallName(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	p := d.open()
	if err := step(t.Context(), d.resource(p, "tag"), time.Time{}); err != nil {
		t.Fatal(err)
	}
	request := (&firewallResource{p: p, spec: d.spec}).wanted()
	request.Tags = []string{}
	if _, _, err := p.api.Firewalls.Create(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	err := step(t.Context(), d.resource(d.open(), "cloud-firewall"), time.Time{})
	if kind, next := classOf(err); kind != refused || !strings.Contains(next, "rename or remove") {
		t.Errorf("%v is %s with %q, want a refusal", err, kind, next)
	}
}

func TestWarnedAccountIsANote(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{Warned: true})
	p := d.open()
	if err := p.Check(t.Context(), d.spec); err != nil {
		t.Fatal(err)
	}
	found, err := d.resource(p, "droplet").Look(t.Context(), time.Time{})
	if err != nil || len(found.Notes) != 1 || !strings.Contains(found.Notes[0], "unpaid invoice") {
		t.Errorf("Look = %+v, %v; want the warning as a note", found, err)
	}
}

// TestPendingEventOnDestroy: a destroy is refused while an event is pending,
// and what was destroyed can still be read for a while.
func TestPendingEventOnDestroy(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{PendingOnDestroy: 40 * time.Second, LingerAfterDestroy: 20 * time.Second})
	start := d.clock.Now()
	if err := deployAndDestroy(d, d.open()); err != nil {
		t.Fatal(err)
	}
	if waited := d.clock.Now().Sub(start); waited < time.Minute {
		t.Errorf("destroyed after %s, before the event and the droplet were gone", waited)
	}
	if got := d.cloud.Contents(); !got.Empty() {
		t.Errorf("left in the cloud: %+v", got)
	}
}

// TestDestroyRightAfterCreate: the droplet is in the lists, has an event
// pending, may have no tag yet, and answers 404 to reads and to the delete.
func TestDestroyRightAfterCreate(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string]fakecloud.Faults{
		"404s":               {NotFoundReads: 4},
		"404s and a tag lag": {NotFoundReads: 4, TagLag: 30 * time.Second},
	} {
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
			d.createAndDie(p)
			if err := d.open().Destroy(t.Context(), d.spec, func(string) {}); err != nil {
				t.Fatal(err)
			}
			if got := d.cloud.Contents(); !got.Empty() {
				t.Errorf("left in the cloud: %+v", got)
			}
		})
	}
}

// TestKeyListLimit: the list of keys may be asked for ten times a minute; the
// provider asks for single keys.
func TestKeyListLimit(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	start := d.clock.Now()
	for range 25 {
		if _, err := d.resource(d.open(), "ssh-key").Look(t.Context(), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	if waited := d.clock.Now().Sub(start); waited != 0 {
		t.Errorf("25 looks for the key waited %s", waited)
	}
	// Without the public key the list is needed, and the limit waited out.
	d.spec.AuthorizedKey = ""
	for range 12 {
		if _, err := d.open().ownKeys(t.Context(), d.spec); err != nil {
			t.Fatal(err)
		}
	}
	if waited := d.clock.Now().Sub(start); waited < 30*time.Second || waited > 2*time.Minute {
		t.Errorf("12 lists waited %s, want about a minute", waited)
	}
}

// TestRetryAfterIsHonoured also shows that only what reads is sent again.
func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{TooMany: 2, TooManyOn: http.MethodGet, RetryAfter: 30 * time.Second})
	start := d.clock.Now()
	if _, _, err := d.open().api.Standing(t.Context()); err != nil {
		t.Fatal(err)
	}
	if waited := d.clock.Now().Sub(start); waited < time.Minute {
		t.Errorf("waited %s, want twice what Retry-After said", waited)
	}
	if n := d.cloud.Count(http.MethodGet, "/v2/account"); n != 3 {
		t.Errorf("%d calls, want 3", n)
	}
}

// TestCancelWhileWaitingForAnAnswer: a server that accepts and never answers.
func TestCancelWhileWaitingForAnAnswer(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := fakecloud.NewVirtualClock(start)
	p, err := New(Options{Options: account.Options{Token: testToken, APIURL: server.URL, Clock: clock}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = p.Check(ctx, providers.Spec{Tag: "x"})
	if waited := clock.Now().Sub(start); !errors.Is(err, context.DeadlineExceeded) || waited != 0 {
		t.Errorf("Check = %v after a pause of %s, want the context's error at once", err, waited)
	}
}

// TestWrongServer: something answers that is no DigitalOcean.
func TestWrongServer(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "<html>"+r.Header.Get("Authorization"))
	}))
	defer server.Close()
	p, err := New(Options{Options: account.Options{Token: testToken, APIURL: server.URL}})
	if err != nil {
		t.Fatal(err)
	}
	err = p.Check(t.Context(), providers.Spec{Tag: "x"})
	if kind, next := classOf(err); kind != failed || !strings.Contains(next, "DIGITALOCEAN_API_URL") || strings.Contains(err.Error(), testToken) {
		t.Errorf("Check = %v (%s, %q)", err, kind, next)
	}
}

// TestTokenStaysOnItsHost: a redirect is not followed.
func TestTokenStaysOnItsHost(t *testing.T) {
	t.Parallel()
	var leaked atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			leaked.Store(true)
		}
	}))
	defer other.Close()
	d := newDeployment(t, fakecloud.Faults{Redirect: other.URL})
	if err := check(d, d.open()); err == nil {
		t.Error("no error")
	}
	if leaked.Load() {
		t.Error("the token went to another host")
	}
}
