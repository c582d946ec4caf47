package digitalocean

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/conformance"
	"slipway/providers/digitalocean/account"
	"slipway/providers/digitalocean/fakecloud"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	conformance.Run(t, func(t *testing.T) conformance.Opened {
		d := newDeployment(t, fakecloud.Faults{})
		d.cloud.AddDomain("example.com")
		d.options = Options{ReservedIP: providers.On, Domains: []string{"app.example.com"}, Project: "first-project", Backups: providers.On, Spaces: shopBucket}
		return conformance.Opened{
			Provider: d.open(), Spec: d.spec,
			Again: func(testing.TB) providers.Provider { return d.open() },
		}
	})
}

func TestWholeLifeLeavesAnEmptyCloud(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	d.cloud.AddDomain("example.com")
	d.options = Options{ReservedIP: providers.On, Domains: []string{"example.com", "www.example.com", "elsewhere.net"}, Backups: providers.On}
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
	d := newDeployment(t, fakecloud.Faults{})
	d.cloud.AddDomain("example.com")
	d.options = Options{Backups: providers.On, ReservedIP: providers.On, Domains: []string{"example.com"}, Project: "first-project"}
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
			if c.Hourly != providers.Rounded(c.Hourly, 5) {
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

// TestSecondRunChangesNothing also covers a list of more than one page.
func TestSecondRunChangesNothing(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{}, func(o *fakecloud.Options) { o.DropletLimit, o.Limits = 500, fakecloud.Limits{} })
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

func TestAnEmptyTagTouchesNothing(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	d.cloud.ForgetRequests()
	for _, tag := range []string{"", "a b", "a/b", "?tag_name=x"} {
		none := d.spec
		none.Tag = tag
		var usage *providers.Usage
		if err := d.open().Destroy(t.Context(), none, func(string) {}); !errors.As(err, &usage) {
			t.Errorf("Destroy with tag %q: %v, want *providers.Usage", tag, err)
		}
	}
	if n := len(d.cloud.Requests()); n != 0 {
		t.Errorf("%d calls were made with a tag that can't be used", n)
	}
	d.oneDroplet()
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	var refused *providers.Refused
	if _, err := New(Options{Options: account.Options{Token: " \n"}}); !errors.As(err, &refused) {
		t.Errorf("no token: %v, want *Refused", err)
	}
	for _, bad := range []string{"http://api.example.com", "https://api.example.com/v2", "api.example.com", "https://u:p@api.example.com", "ftp://127.0.0.1", "https://a?b=c", "::"} {
		var usage *providers.Usage
		_, err := New(Options{Options: account.Options{Token: testToken, APIURL: bad}})
		if !errors.As(err, &usage) || usage.Next == "" {
			t.Errorf("New with %s: %v, want *providers.Usage", bad, err)
		}
	}
	for _, good := range []string{"", "https://api.example.com", "http://127.0.0.9:1/", "http://localhost:1", "http://[::1]:1"} {
		if _, err := New(Options{Options: account.Options{Token: testToken, APIURL: good}}); err != nil {
			t.Errorf("New with %s: %v", good, err)
		}
	}
}

func TestTokenIsNeverShown(t *testing.T) {
	t.Parallel()
	options := Options{Options: account.Options{Token: testToken}}
	p, err := New(Options{Options: account.Options{Token: testToken}})
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "options", options, "provider", p)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "options", options, "provider", p, "transport", p.api.HTTPClient.Transport)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, value := range []any{options, &options, p, *p, p.api.HTTPClient, p.api.HTTPClient.Transport, p.api, *p.api, p.Resources(providers.Spec{})} {
			fmt.Fprintf(&logged, verb, value)
		}
	}
	if strings.Contains(logged.String(), testToken) {
		t.Errorf("the token shows in %s", logged.String())
	}
}
