package steps

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// TestAwaitDomains waits for the domains of a zone elsewhere, with the records to set, and ends.
func TestAwaitDomains(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		after           int // looks that find the domain elsewhere
		fails           error
		waited, settled bool
	}{
		"leads there at once": {after: 0, settled: true},
		"after a while":       {after: 40, waited: true, settled: true},
		"never":               {after: 1 << 30, waited: true},
		"can't be asked":      {fails: errors.New("the server is gone")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := fakecloud.NewVirtualClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
			var said []string
			m := &Move{Name: "shop", clock: clock, emit: func(e engine.Event) { said = append(said, string(e.Kind)+" "+e.Line) }}
			looks := 0
			waited, err := m.awaitDomains(t.Context(), func(context.Context) ([]providers.Domain, error) {
				looks++
				return []providers.Domain{
					{Name: "shop.example.com", Kind: "A", Value: "203.0.113.7", Leads: looks > c.after},
					{Name: "www.example.com", Kind: "A", Value: "203.0.113.7", Leads: true},
				}, c.fails
			})
			all := strings.Join(said, "\n")
			if waited != c.waited || (err == nil) != c.settled {
				t.Errorf("waited %t, %v\n%s", waited, err, all)
			}
			if shown := strings.Contains(all, "it needs the DNS record A shop.example.com → 203.0.113.7"); shown != c.waited || strings.Contains(all, "www.") {
				t.Errorf("it says\n%s", all)
			}
			if failed, ok := errors.AsType[*providers.Failed](err); c.waited && !c.settled && (!ok || !strings.Contains(failed.Next, "slipway move shop")) {
				t.Errorf("%v, next: %+v", err, failed)
			}
		})
	}
}

// TestAskDomains takes the domains along to where there can be some.
func TestAskDomains(t *testing.T) {
	t.Parallel()
	const authority = "https://acme.example.com/directory"
	for name, c := range map[string]struct {
		now, left    map[string]string
		domain, acme string
	}{
		"a droplet":                   {now: map[string]string{plan.KeyProvider: plan.ProviderDigitalOcean}, domain: "shop.example.com"},
		"App Platform":                {now: map[string]string{plan.KeyProvider: plan.ProviderAppPlatform}, left: map[string]string{plan.KeyACME: authority}, domain: "shop.example.com"},
		"a machine here":              {now: map[string]string{plan.KeyProvider: plan.ProviderLocal}},
		"a machine with an authority": {now: map[string]string{plan.KeyProvider: plan.ProviderLocal}, left: map[string]string{plan.KeyACME: authority}, domain: "shop.example.com", acme: authority},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := state.Home{Dir: t.TempDir()}
			d, err := home.Open("shop-old", time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(d.Update(func(r *state.Record) { r.Settings = c.left }), d.Close()); err != nil {
				t.Fatal(err)
			}
			m := &Move{Name: "shop", home: home, domain: "shop.example.com", record: state.Record{Name: "shop", Settings: c.now}}
			flags := map[string]string{}
			m.askDomains(flags)
			if flags[plan.KeyDomain] != c.domain || flags[plan.KeyACME] != c.acme {
				t.Errorf("it asks for %v", flags)
			}
		})
	}
}
