package digitalocean

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
)

func TestWhatTheCreateCallCarries(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
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

func TestTwinIsNamedAndNotUsed(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
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
	d := newDeployment(t, fakecloud.Faults{})
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
