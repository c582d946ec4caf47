package steps

import (
	"errors"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean"
	"slipway/providers/digitalocean/account"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/state"
	"slipway/steps/access"
	"slipway/steps/plan"
)

// claimed is a droplet with a tag, at a simulated cloud, whose API answers at url.
type claimed struct {
	url, tag, address, id string
}

func newClaimed(t *testing.T) claimed {
	t.Helper()
	clock := fakecloud.NewVirtualClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	cloud, err := fakecloud.New(fakecloud.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cloud.Close)
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	p, err := digitalocean.New(digitalocean.Options{Options: account.Options{Token: "x", APIURL: server.URL, Clock: clock}})
	if err != nil {
		t.Fatal(err)
	}
	key, err := access.NewKeyPair("test")
	if err != nil {
		t.Fatal(err)
	}
	spec := providers.Spec{Name: "shop", Tag: "slipway-shop-0a1b2c3d4e5f", AuthorizedKey: key.Public(), Ports: []int{22}}
	for _, r := range p.Resources(spec) {
		if _, err := r.Look(t.Context(), time.Time{}); err != nil {
			t.Fatal(err)
		}
		if err := r.Make(t.Context(), func(string) {}); err != nil {
			t.Fatal(err)
		}
	}
	where, err := p.Server(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	held, err := p.Holdings(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return claimed{server.URL, spec.Tag, where.Address, onlyOnes(held)["droplet"]}
}

// TestForgedMark: what a server says of itself must be what its provider says of it.
func TestForgedMark(t *testing.T) {
	real := newClaimed(t)
	at := real.address + ":22"
	for name, c := range map[string]struct {
		tag, provider, asked, peer string
		noToken                    bool
		// want is the provider on record, or else said is in the refusal.
		want, said string
	}{
		"the droplet itself":         {real.tag, "digitalocean", "", at, false, "digitalocean", ""},
		"the droplet, mapped":        {real.tag, "digitalocean", "", "[::ffff:" + real.address + "]:22", false, "digitalocean", ""},
		"a copy of it":               {real.tag, "digitalocean", "", "203.0.113.66:22", false, "", "has the server with that tag at " + real.address},
		"a copy, asked for by name":  {real.tag, "ssh", "digitalocean", "203.0.113.66:22", false, "", "looks like a copy"},
		"another port":               {real.tag, "digitalocean", "", real.address + ":2222", false, "", "looks like a copy"},
		"no address":                 {real.tag, "digitalocean", "", "", false, "", "looks like a copy"},
		"a tag that nobody has":      {"slipway-shop-ffffffffffff", "digitalocean", "", at, false, "", "has no server with the tag"},
		"without a token":            {real.tag, "digitalocean", "", at, true, "", "has to be asked"},
		"a copy, as a server of own": {real.tag, "digitalocean", "ssh", "203.0.113.66:22", true, "ssh", ""},
		"a server of one's own":      {real.tag, "ssh", "", "203.0.113.66:22", true, "ssh", ""},
		"nothing claimed":            {real.tag, "", "", "203.0.113.66:22", true, "ssh", ""},
		"a machine elsewhere":        {real.tag, "local", "", "203.0.113.66:22", true, "ssh", ""},
	} {
		env := map[string]string{"DIGITALOCEAN_API_URL": real.url, "DIGITALOCEAN_TOKEN": "x"}
		if c.noToken {
			delete(env, "DIGITALOCEAN_TOKEN")
		}
		home := state.Home{Dir: t.TempDir(), Cache: t.TempDir()}
		a := &adoption{home: home, lost: Lost{Host: "deploy@203.0.113.66", Provider: c.asked}, report: func(string) {},
			mark: access.Owner{Name: "shop", Tag: c.tag, Settings: map[string]string{"region": "fra1", "image": "debian-13-x64", "app": "/etc"}}}
		if c.provider != "" {
			a.mark.Settings[plan.KeyProvider] = c.provider
		}
		if c.peer != "" {
			a.peer = netip.MustParseAddrPort(c.peer)
			a.peer = netip.AddrPortFrom(a.peer.Addr().Unmap(), a.peer.Port()) // as a client does
		}
		settings := a.settings()
		known, err := a.prove(t.Context(), settings, Providers(home, Operator{Getenv: func(key string) string { return env[key] }}))
		switch {
		case c.said != "" && (err == nil || !strings.Contains(err.Error(), c.said) || !strings.Contains(hintOf(err), "--provider ssh")):
			t.Errorf("%s: got %v", name, err)
		case c.said == "" && (err != nil || settings[plan.KeyProvider] != c.want || c.want == "digitalocean" && known["droplet"] != real.id):
			t.Errorf("%s: got %v, known %v, %v", name, settings, known, err)
		case c.want == "ssh" && (settings[plan.KeyHost] == "" || settings[plan.KeyRegion]+settings[plan.KeyImage] != "" || len(known) > 0):
			t.Errorf("%s: taken over with %v, %v", name, settings, known)
		}
		if settings[plan.KeyApp] != "" {
			t.Errorf("%s: a folder of this computer came from the server: %s", name, settings[plan.KeyApp])
		}
	}
}

func hintOf(err error) string {
	hinted, ok := errors.AsType[interface {
		error
		Hint() string
	}](err)
	if !ok {
		return ""
	}
	return hinted.Hint()
}

// TestForgedLocalMark: a server elsewhere can't pass for a machine on this computer
// whose record is lost.
func TestForgedLocalMark(t *testing.T) {
	home := state.Home{Dir: t.TempDir(), Cache: t.TempDir()}
	if err := os.MkdirAll(filepath.Join(home.Folder("shop"), "machine"), 0o700); err != nil {
		t.Fatal(err)
	}
	a := &adoption{home: home, lost: Lost{Host: "root@203.0.113.66"}, report: func(string) {}, peer: netip.MustParseAddrPort("203.0.113.66:22"),
		mark: access.Owner{Name: "shop", Tag: "slipway-shop-0a1b2c3d4e5f", Settings: map[string]string{plan.KeyProvider: plan.ProviderLocal}}}
	if _, err := a.prove(t.Context(), a.settings(), Providers(home, Operator{Getenv: func(string) string { return "" }})); err == nil {
		t.Error("a server elsewhere was taken for a machine here")
	}
}

// TestRolledBackHealth: what the server keeps of a release's health check goes on record
// only if a flag could set it.
func TestRolledBackHealth(t *testing.T) {
	for health, want := range map[string]string{
		"health_path='/up'\nhealth_status=204\nhealth_seconds=90\n":           "/up 204 90",
		"health_path='/x y\x1b'\nhealth_status=204\nhealth_seconds=90\n":      " 204 90",
		"health_path='/up'\nhealth_status=x\nhealth_seconds=99999999\n":       "/up  ",
		"health_path='/'\nhealth_status=\nhealth_seconds=" + strconv.Itoa(60): "  ",
	} {
		r := state.Record{Settings: map[string]string{}}
		rolledBack(&r, "0123456789ab", health)
		got := r.Settings[plan.KeyHealthPath] + " " + r.Settings[plan.KeyHealthStatus] + " " + r.Settings[plan.KeyHealthTime]
		if got != want {
			t.Errorf("%q: on record is %q, want %q", health, got, want)
		}
	}
}
