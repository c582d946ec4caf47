package account_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers/digitalocean/account"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
)

// TestPoint has a name lead to its targets, from whatever led elsewhere; a second time there is
// nothing to change.
func TestPoint(t *testing.T) {
	t.Parallel()
	alias := []account.Target{{Kind: "CNAME", Data: "shop.ondigitalocean.app."}}
	server := []account.Target{{Kind: "A", Data: "203.0.113.7"}}
	both := append(slices.Clone(server), account.Target{Kind: "AAAA", Data: "2001:db8::7"})
	for name, c := range map[string]struct {
		have    string // "KIND DATA", parted by commas
		targets []account.Target
		want    string
		refused bool
	}{
		"nothing there":             {"", both, "A 203.0.113.7,AAAA 2001:db8::7", false},
		"all there":                 {"A 203.0.113.7,AAAA 2001:db8::7", both, "A 203.0.113.7,AAAA 2001:db8::7", false},
		"another server":            {"A 192.0.2.1,AAAA 2001:db8::1", both, "A 203.0.113.7,AAAA 2001:db8::7", false},
		"a server without IPv6":     {"A 192.0.2.1,AAAA 2001:db8::1", server, "A 203.0.113.7", false},
		"one beside the right one":  {"A 192.0.2.1,A 203.0.113.7", server, "A 192.0.2.1,A 203.0.113.7", false},
		"several":                   {"A 192.0.2.1,A 192.0.2.2", server, "A 192.0.2.1,A 192.0.2.2", true},
		"App Platform's alias":      {"CNAME shop.ondigitalocean.app.", both, "A 203.0.113.7,AAAA 2001:db8::7", false},
		"App Platform's addresses":  {"A 162.159.140.98,A 172.66.0.96", server, "A 203.0.113.7", false},
		"to App Platform":           {"A 192.0.2.1,AAAA 2001:db8::1", alias, "CNAME shop.ondigitalocean.app.", false},
		"to another app":            {"CNAME old.ondigitalocean.app.", alias, "CNAME shop.ondigitalocean.app.", false},
		"to App Platform, several":  {"A 192.0.2.1,A 192.0.2.2", alias, "A 192.0.2.1,A 192.0.2.2", true},
		"what leads nowhere stays":  {"TXT v=spf1,A 192.0.2.1", server, "A 203.0.113.7,TXT v=spf1", false},
		"the alias without its dot": {"CNAME shop.ondigitalocean.app", alias, "CNAME shop.ondigitalocean.app", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud, a := newAccount(t)
			for record := range strings.SplitSeq(c.have, ",") {
				if kind, data, ok := strings.Cut(record, " "); ok {
					cloud.AddRecord("example.com", kind, "shop", data)
				}
			}
			p := account.Pointing{Zone: "example.com", Domain: "shop.example.com", Targets: c.targets}
			err := a.Point(t.Context(), p)
			var got []string
			for _, record := range cloud.Contents().Records {
				got = append(got, strings.Replace(record, " shop.example.com", "", 1))
			}
			slices.Sort(got)
			if (err != nil) != c.refused || strings.Join(got, ",") != c.want {
				t.Errorf("there is %v, %v", got, err)
			}
			if changes, err := a.Changes(t.Context(), p); !c.refused && (err != nil || len(changes) > 0) {
				t.Errorf("a second time it would %+v, %v", changes, err)
			}
		})
	}
}

func newAccount(t *testing.T) (*fakecloud.Cloud, *account.Account) {
	t.Helper()
	clock := fakecloud.NewVirtualClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	const token = "dop_v1_5ecre7t0ken"
	cloud, err := fakecloud.New(fakecloud.Options{Token: token, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cloud.Close)
	cloud.AddDomain("example.com")
	a, err := account.Open(account.Options{Token: token, APIURL: contract.Server(t, cloud).String(), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	return cloud, a
}
