package digitalocean

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/conformance"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
)

const (
	testToken = "dop_v1_5ecre7t0ken"
	publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1hJbLx1mDzzDYRLEjLfnUtSHbO9ncN4u2Lh2Jb0y3T slipway"
)

// desk is a cloud in virtual time, held to the API's description.
type desk struct {
	t     *testing.T
	cloud *fakecloud.Cloud
	clock *fakecloud.VirtualClock
	url   string
	spec  providers.Spec
	set   Options
}

func newDesk(t *testing.T, faults fakecloud.Faults, change ...func(*fakecloud.Options)) *desk {
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
	return &desk{
		t: t, cloud: cloud, clock: clock, url: contract.Server(t, cloud).String(),
		spec: providers.Spec{
			Name: "hello", Tag: "slipway-hello-3f9a2c", UserData: "#cloud-config\nhostname: hello\n",
			AuthorizedKey: publicKey, Ports: []int{22, 80, 443},
		},
	}
}

// open makes a provider as a new run of the command would.
func (d *desk) open() *Provider {
	d.t.Helper()
	o := d.set
	o.Token, o.APIURL, o.Clock = testToken, d.url, d.clock
	p, err := New(o)
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

// deploy does what the engine does and stops at the first error.
func (d *desk) deploy(p *Provider) error {
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

func (d *desk) resource(p *Provider, kind string) providers.Resource {
	d.t.Helper()
	for _, r := range p.Resources(d.spec) {
		if r.Kind() == kind {
			return r
		}
	}
	d.t.Fatalf("no resource %s", kind)
	return nil
}

func (d *desk) oneDroplet() {
	d.t.Helper()
	if got := d.cloud.Contents().Droplets; len(got) != 1 {
		d.t.Errorf("droplets = %v, want one", got)
	}
}

func (d *desk) onlyGETs() {
	d.t.Helper()
	for _, r := range d.cloud.Requests() {
		if r.Method != http.MethodGet {
			d.t.Errorf("%s %s was called where only GET may be", r.Method, r.Path)
		}
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	conformance.Run(t, func(t *testing.T) conformance.Opened {
		d := newDesk(t, fakecloud.Faults{})
		d.cloud.AddDomain("example.com")
		d.set = Options{ReservedIP: true, Domains: []string{"app.example.com"}, Project: "first-project", Backups: true}
		return conformance.Opened{
			Provider: d.open(), Spec: d.spec,
			Again: func(testing.TB) providers.Provider { return d.open() },
		}
	})
}

func TestWholeLifeLeavesAnEmptyCloud(t *testing.T) {
	t.Parallel()
	d := newDesk(t, fakecloud.Faults{})
	d.cloud.AddDomain("example.com")
	d.set = Options{ReservedIP: true, Domains: []string{"example.com", "www.example.com", "elsewhere.net"}, Backups: true}
	if err := d.open().Check(t.Context(), d.spec); err != nil {
		t.Fatal(err)
	}
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	if got := d.cloud.Contents(); len(got.Records) != 4 || len(got.ReservedIPs) != 1 {
		t.Errorf("contents = %+v, want 4 records and a reserved IP", got)
	}
	server, err := d.open().Server(t.Context(), d.spec)
	if err != nil || server.Address != d.cloud.Contents().ReservedIPs[0] {
		t.Errorf("Server = %+v, %v; want the reserved IP", server, err)
	}
	held, err := d.open().Holdings(t.Context(), d.spec)
	if err != nil || len(held) != 9 {
		t.Errorf("Holdings = %+v, %v; want 9", held, err)
	}
	if err := d.open().Destroy(t.Context(), d.spec, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if got := d.cloud.Contents(); !got.Empty() {
		t.Errorf("left in the cloud: %+v", got)
	}
}

func TestPlanMakesOnlyGETs(t *testing.T) {
	t.Parallel()
	d := newDesk(t, fakecloud.Faults{})
	d.cloud.AddDomain("example.com")
	d.set = Options{Backups: true, ReservedIP: true, Domains: []string{"example.com"}, Project: "first-project"}
	p := d.open()
	if err := p.Check(t.Context(), d.spec); err != nil {
		t.Fatal(err)
	}
	var monthly float64
	for _, r := range p.Resources(d.spec) {
		found, err := r.Look(t.Context(), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range found.Changes {
			monthly += c.Monthly
			if c.Hourly != rounded(c.Hourly, 5) {
				t.Errorf("%s: hourly price %v is not rounded", c.What, c.Hourly)
			}
		}
	}
	if _, err := p.Holdings(t.Context(), d.spec); err != nil {
		t.Fatal(err)
	}
	if monthly != 4.80 {
		t.Errorf("the plan costs $%v a month, want 4.80: the smallest size with backups", monthly)
	}
	d.onlyGETs()
}

func TestWhatTheCreateCallCarries(t *testing.T) {
	t.Parallel()
	d := newDesk(t, fakecloud.Faults{})
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	p := d.open()
	made, err := p.firstDroplet(t.Context(), d.spec)
	if err != nil {
		t.Fatal(err)
	}
	if got := d.cloud.UserData(made.ID); got != d.spec.UserData {
		t.Errorf("user data = %q", got)
	}
	if got := d.cloud.AuthorizedKeys(made.ID); len(got) != 1 || got[0] != publicKey {
		t.Errorf("the droplet lets in %v, want our key alone", got)
	}
	if made.Name != d.spec.Tag || strings.Join(made.Tags, " ") != d.spec.Tag+" slipway" {
		t.Errorf("droplet %s with tags %v", made.Name, made.Tags)
	}
	if made.SizeSlug != "s-1vcpu-512mb-10gb" || made.Image.Slug != "debian-13-x64" || made.Region.Slug != "fra1" {
		t.Errorf("droplet is %s, %s, %s", made.SizeSlug, made.Image.Slug, made.Region.Slug)
	}
	if strings.Join(made.Features, " ") != "ipv6 monitoring private_networking" {
		t.Errorf("features = %v", made.Features)
	}
	f, err := p.firewall(t.Context(), d.spec)
	if err != nil || len(f.DropletIDs) != 1 || f.DropletIDs[0] != made.ID {
		t.Errorf("the firewall is not on the droplet: %+v, %v", f, err)
	}
	var order []string
	for _, r := range d.cloud.Requests() {
		if r.Method == http.MethodPost {
			order = append(order, r.Path)
		}
	}
	if got := strings.Join(order, " "); got != "/v2/account/keys /v2/tags /v2/firewalls /v2/droplets" {
		t.Errorf("made in the order %s", got)
	}
}

// crowd fills the account with droplets of other deployments.
func (d *desk) crowd(n int) {
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

// TestSecondRunChangesNothing also covers a list of more than one page.
func TestSecondRunChangesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, fakecloud.Faults{}, func(o *fakecloud.Options) { o.DropletLimit, o.Limits = 500, fakecloud.Limits{} })
	d.crowd(205)
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	d.cloud.ForgetRequests()
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	d.onlyGETs()
	if got := len(d.cloud.Contents().Droplets); got != 206 {
		t.Errorf("%d droplets, want 206", got)
	}
}

func TestFirewallDriftIsPutRight(t *testing.T) {
	t.Parallel()
	d := newDesk(t, fakecloud.Faults{})
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	d.spec.Ports = []int{22, 8443}
	found, err := d.resource(d.open(), "cloud-firewall").Look(t.Context(), time.Time{})
	if err != nil || found.Holds {
		t.Fatalf("Look = %+v, %v; want a change", found, err)
	}
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	if n := d.cloud.Count(http.MethodPost, "/v2/firewalls"); n != 1 {
		t.Errorf("%d firewalls were created, want 1", n)
	}
}

func TestKeyThatIsInTheAccountStays(t *testing.T) {
	t.Parallel()
	d := newDesk(t, fakecloud.Faults{})
	other := d.spec
	other.Tag = "somebody-elses"
	if err := step(t.Context(), &keyResource{p: d.open(), spec: other}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	found, err := d.resource(d.open(), "ssh-key").Look(t.Context(), time.Time{})
	if err != nil || !found.Holds || len(found.Notes) != 1 {
		t.Errorf("Look = %+v, %v; want it adopted with a note", found, err)
	}
	// Another run may add it between our look and our make.
	if err := d.resource(d.open(), "ssh-key").Make(t.Context(), func(string) {}); err != nil {
		t.Errorf("Make of a key that is in use: %v", err)
	}
	if err := d.open().Destroy(t.Context(), d.spec, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if got := d.cloud.Contents().Keys; len(got) != 1 {
		t.Errorf("keys = %v, want the one that was there before", got)
	}
}

func TestTwinIsNamedAndNotUsed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, fakecloud.Faults{})
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	p := d.open()
	first, err := p.firstDroplet(t.Context(), d.spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.clock.Sleep(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	r := &dropletResource{p: p, spec: d.spec, looked: true}
	if err := r.Make(t.Context(), func(string) {}); err != nil {
		t.Fatal(err)
	}
	found, err := d.resource(d.open(), "droplet").Look(t.Context(), time.Time{})
	if err != nil || !found.Holds || len(found.Notes) != 1 {
		t.Fatalf("Look = %+v, %v; want it to hold with one note", found, err)
	}
	want := fmt.Sprintf("doctl compute droplet delete %d", p.made)
	if !strings.Contains(found.Notes[0], want) || !strings.Contains(found.Notes[0], "$4.00") {
		t.Errorf("note = %q, want its price and %q", found.Notes[0], want)
	}
	if !strings.Contains(found.Detail, fmt.Sprint(first.ID)) {
		t.Errorf("detail = %q, want droplet %d, the first", found.Detail, first.ID)
	}
}

func TestDropletThatIsOffIsTurnedOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t, fakecloud.Faults{})
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	first, err := d.open().firstDroplet(t.Context(), d.spec)
	if err != nil {
		t.Fatal(err)
	}
	d.cloud.PowerOff(first.ID)
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	d.oneDroplet()
	if n := d.cloud.Creates(); n != 1 {
		t.Errorf("%d create calls, want 1", n)
	}
}

func TestForeignReservedIPStays(t *testing.T) {
	t.Parallel()
	d := newDesk(t, fakecloud.Faults{})
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	first, err := d.open().firstDroplet(t.Context(), d.spec)
	if err != nil {
		t.Fatal(err)
	}
	d.cloud.AddReservedIP("198.51.100.7", "fra1", first.ID)
	var lines []string
	if err := d.open().Destroy(t.Context(), d.spec, func(l string) { lines = append(lines, l) }); err != nil {
		t.Fatal(err)
	}
	if got := d.cloud.Contents().ReservedIPs; len(got) != 1 {
		t.Errorf("reserved IPs = %v, want the operator's own", got)
	}
	if all := strings.Join(lines, "\n"); !strings.Contains(all, "198.51.100.7 stays") || !strings.Contains(all, "$5.00") {
		t.Errorf("destroy does not tell what stays: %s", all)
	}
}

func TestRecordsThatPointElsewhere(t *testing.T) {
	t.Parallel()
	d := newDesk(t, fakecloud.Faults{})
	d.cloud.AddDomain("example.com")
	d.cloud.AddRecord("example.com", "A", "app", "192.0.2.1")
	d.set = Options{Domains: []string{"app.example.com"}}
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	server, err := d.open().Server(t.Context(), d.spec)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(d.cloud.Contents().Records, "\n"); !strings.Contains(got, "A app.example.com "+server.Address) {
		t.Errorf("records = %s", got)
	}
	d.cloud.AddRecord("example.com", "A", "two", "192.0.2.1")
	d.cloud.AddRecord("example.com", "A", "two", "192.0.2.2")
	d.set.Domains = []string{"two.example.com"}
	_, err = d.resource(d.open(), "dns-record-two.example.com").Look(t.Context(), time.Time{})
	if refused := (*providers.Refused)(nil); !errors.As(err, &refused) {
		t.Errorf("two records that point elsewhere: %v, want a refusal", err)
	}
}

func TestRecordsOfAnotherServerStay(t *testing.T) {
	t.Parallel()
	d := newDesk(t, fakecloud.Faults{})
	d.cloud.AddDomain("example.com")
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	d.cloud.AddRecord("example.com", "A", "app", "192.0.2.1")
	d.set = Options{Domains: []string{"app.example.com"}}
	if err := d.open().Destroy(t.Context(), d.spec, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if got := d.cloud.Contents().Records; len(got) != 1 {
		t.Errorf("records = %v, want the other server's", got)
	}
}

func TestAnEmptyTagTouchesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, fakecloud.Faults{})
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	d.cloud.ForgetRequests()
	for _, tag := range []string{"", "a b", "a/b", "?tag_name=x"} {
		none := d.spec
		none.Tag = tag
		var unusable *providers.Usage
		if err := d.open().Destroy(t.Context(), none, func(string) {}); !errors.As(err, &unusable) {
			t.Errorf("Destroy with tag %q: %v, want *providers.Usage", tag, err)
		}
	}
	if n := len(d.cloud.Requests()); n != 0 {
		t.Errorf("%d calls were made with a tag that can't be used", n)
	}
	d.oneDroplet()
}

func TestUniqueName(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, tag := range []string{
		"slipway-hello-3f9a2c", "slipway:hello", "slipway_hello", "slipway-hello", "Slipway-hello", "-slipway-hello", "x", "::",
		strings.Repeat("a", 63), strings.Repeat("a", 64), strings.Repeat("a", 255),
	} {
		name := uniqueName(tag)
		if other, twice := seen[name]; twice {
			t.Errorf("tags %q and %q have the same name %q", tag, other, name)
		}
		seen[name] = tag
		if len(name) > 63 || len(name) < 2 || strings.Trim(name, "-") != name || notInNames.MatchString(name) {
			t.Errorf("uniqueName(%q) = %q is no host name", tag, name)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	var refused *providers.Refused
	if _, err := New(Options{Token: " \n"}); !errors.As(err, &refused) {
		t.Errorf("no token: %v, want *Refused", err)
	}
	for _, bad := range []string{"http://api.example.com", "https://api.example.com/v2", "api.example.com", "https://u:p@api.example.com", "ftp://127.0.0.1", "https://a?b=c", "::"} {
		var unusable *providers.Usage
		_, err := New(Options{Token: testToken, APIURL: bad})
		if !errors.As(err, &unusable) || unusable.Next == "" {
			t.Errorf("New with %s: %v, want *providers.Usage", bad, err)
		}
	}
	for _, good := range []string{"", "https://api.example.com", "http://127.0.0.9:1/", "http://localhost:1", "http://[::1]:1"} {
		if _, err := New(Options{Token: testToken, APIURL: good}); err != nil {
			t.Errorf("New with %s: %v", good, err)
		}
	}
}

func TestTokenIsNeverShown(t *testing.T) {
	t.Parallel()
	options := Options{Token: testToken}
	p, err := New(Options{Token: testToken})
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "options", options, "provider", p)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "options", options, "provider", p, "transport", p.api.HTTPClient.Transport)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, value := range []any{options, &options, p, *p, p.api.HTTPClient, p.api.HTTPClient.Transport, p.token, p.Resources(providers.Spec{})} {
			fmt.Fprintf(&logged, verb, value)
		}
	}
	if strings.Contains(logged.String(), testToken) {
		t.Errorf("the token shows in %s", logged.String())
	}
}
