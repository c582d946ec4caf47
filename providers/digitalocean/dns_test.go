package digitalocean

import (
	"errors"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/digitalocean/fakecloud"
)

func TestRecordsThatPointElsewhere(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	d.cloud.AddDomain("example.com")
	d.cloud.AddRecord("example.com", "A", "app", "192.0.2.1")
	d.options = Options{Domains: []string{"app.example.com"}}
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
	d.options.Domains = []string{"two.example.com"}
	_, err = d.resource(d.open(), "dns-record-two.example.com").Look(t.Context(), time.Time{})
	if refused := (*providers.Refused)(nil); !errors.As(err, &refused) {
		t.Errorf("two records that point elsewhere: %v, want a refusal", err)
	}
}

// TestRecordsThatLedToAppPlatform has domains lead to the droplet that led to App Platform
// before: no record stays that leads there, and none has the number of one that did.
func TestRecordsThatLedToAppPlatform(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	d.cloud.AddDomain("example.com")
	d.cloud.AddRecord("example.com", "CNAME", "app", "shop-x7f3k.ondigitalocean.app.")
	for _, address := range account.PlatformAddresses {
		kind := "A"
		if strings.Contains(address, ":") {
			kind = "AAAA"
		}
		d.cloud.AddRecord("example.com", kind, "@", address)
	}
	d.cloud.AddRecord("example.com", "TXT", "@", "v=spf1 -all")
	d.options = Options{Domains: []string{"app.example.com", "example.com"}}
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	server, err := d.open().Server(t.Context(), d.spec)
	if err != nil {
		t.Fatal(err)
	}
	all := d.cloud.Contents().Records
	got := strings.Join(all, "\n")
	for _, name := range []string{"app", "@"} {
		if !strings.Contains(got, "A "+name+".example.com "+server.Address) {
			t.Errorf("%s does not lead to the droplet: %s", name, got)
		}
	}
	if strings.Contains(got, "CNAME") || strings.Contains(got, account.PlatformAddresses[0]) || !strings.Contains(got, "TXT") {
		t.Errorf("records = %s", got)
	}
	if err := d.open().Destroy(t.Context(), d.spec, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if left := d.cloud.Contents().Records; len(left) != 1 {
		t.Errorf("after destroy there is %v", left)
	}
}

func TestRecordsOfAnotherServerStay(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	d.cloud.AddDomain("example.com")
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	d.cloud.AddRecord("example.com", "A", "app", "192.0.2.1")
	d.options = Options{Domains: []string{"app.example.com"}}
	if err := d.open().Destroy(t.Context(), d.spec, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if got := d.cloud.Contents().Records; len(got) != 1 {
		t.Errorf("records = %v, want the other server's", got)
	}
}
