package appplatform

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"

	"github.com/digitalocean/godo"

	"slipway/providers"
)

// trusted is a trusted source of a cluster: who may connect to it. godo's own type sends
// what the API does not take.
type trusted struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

const (
	byApp     = "app"
	byAddress = "ip_addr"
)

// nobody is a trusted source that nobody is: an address for documentation (RFC 5737). A
// cluster without trusted sources would let in everybody.
var nobody = trusted{byAddress, "192.0.2.1"}

// trustedSources are those of a cluster.
func (p *Provider) trustedSources(ctx context.Context, c *godo.Database) ([]trusted, error) {
	rules, _, err := p.api.Databases.GetFirewallRules(ctx, c.ID)
	if err != nil {
		return nil, p.clusterFailed("ask who may connect to the database cluster "+c.Name, err)
	}
	all := make([]trusted, len(rules))
	for i, r := range rules {
		all[i] = trusted{r.Type, r.Value}
	}
	return all, nil
}

// trust replaces the trusted sources of a cluster.
func (p *Provider) trust(ctx context.Context, c *godo.Database, sources []trusted) error {
	if len(sources) == 0 {
		sources = []trusted{nobody}
	}
	request, err := p.api.NewRequest(ctx, http.MethodPut, "/v2/databases/"+c.ID+"/firewall", map[string][]trusted{"rules": sources})
	if err == nil {
		_, err = p.api.Do(ctx, request, nil)
	}
	if err != nil {
		return p.clusterFailed("say who may connect to the database cluster "+c.Name, err)
	}
	return nil
}

// limited are trusted sources with the app among them, no other app, and no placeholder.
// Addresses and droplets that somebody added stay. appID is "" as long as there is no app.
func limited(have []trusted, appID string) []trusted {
	left := slices.DeleteFunc(slices.Clone(have), func(t trusted) bool { return t == nobody || t.Type == byApp })
	if appID != "" {
		return append([]trusted{{byApp, appID}}, left...)
	}
	if len(left) == 0 {
		return []trusted{nobody}
	}
	return left
}

// same tells whether two lists have the same trusted sources.
func same(a, b []trusted) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(t trusted) bool { return !slices.Contains(b, t) })
}

// admitApp lets the app connect to its databases, and no other app.
func (p *Provider) admitApp(ctx context.Context, spec providers.Spec, app providers.App, appID string) error {
	if len(app.Services) == 0 {
		return nil
	}
	all, err := p.clusters(ctx, spec)
	if err != nil {
		return err
	}
	for _, kind := range app.Services {
		if c := all[kind]; c != nil {
			if err := p.limit(ctx, c, appID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Provider) limit(ctx context.Context, c *godo.Database, appID string) error {
	have, err := p.trustedSources(ctx, c)
	if err != nil {
		return err
	}
	if wanted := limited(have, appID); !same(have, wanted) {
		return p.trust(ctx, c, wanted)
	}
	return nil
}

// Admit lets an IP address connect to the database of a kind, or no longer. The app itself
// always may.
func (p *Provider) Admit(ctx context.Context, spec providers.Spec, kind, address string, on bool) error {
	at, err := netip.ParseAddr(address)
	if err != nil || !at.Unmap().Is4() {
		return &providers.Usage{Err: fmt.Errorf("%q is no IPv4 address, and a managed database trusts no other kind", address), Next: "give an address like 203.0.113.7"}
	}
	c, err := p.cluster(ctx, spec, kind)
	if err != nil {
		return err
	}
	if c == nil {
		return &providers.Failed{Err: fmt.Errorf("%s has no managed %s (any more)", spec.Name, kind), Next: "run the command that deploys it"}
	}
	have, err := p.trustedSources(ctx, c)
	if err != nil {
		return err
	}
	source := trusted{byAddress, at.Unmap().String()}
	if slices.Contains(have, source) == on {
		return nil
	}
	if on {
		return p.trust(ctx, c, append(have, source))
	}
	return p.trust(ctx, c, slices.DeleteFunc(have, func(t trusted) bool { return t == source }))
}
