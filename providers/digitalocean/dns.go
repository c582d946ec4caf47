package digitalocean

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
)

// recordsResource is one domain's A and AAAA records.
type recordsResource struct {
	p      *Provider
	spec   providers.Spec
	domain string
}

// Kind has the domain in it: a deployment has one such resource for each domain, and
// intents are recorded by kind.
func (r *recordsResource) Kind() string           { return "dns-record-" + r.domain }
func (r *recordsResource) Title() string          { return "the DNS records of " + r.domain }
func (r *recordsResource) Phase() providers.Phase { return providers.PhaseOther }

// Look compares the records with the server's addresses. If the zone is not at
// DigitalOcean, nothing can be done here: the resource holds, with a note.
func (r *recordsResource) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	zone, err := r.p.api.ZoneOf(ctx, r.domain)
	if err != nil {
		return providers.Finding{}, err
	}
	if zone == "" {
		return providers.Finding{Holds: true, Notes: []string{fmt.Sprintf(
			"the zone of %s is not in this DigitalOcean account: point its A record at the server where the zone is", r.domain)}}, nil
	}
	at, err := r.addresses(ctx)
	if err != nil {
		return providers.Finding{}, err
	}
	if at.droplet == 0 {
		return providers.Finding{Changes: []providers.Change{{
			What: fmt.Sprintf("point %s at the droplet", r.domain), Why: "A and AAAA records in zone " + zone,
		}}}, nil
	}
	changes, err := r.p.api.Changes(ctx, r.pointing(zone, at))
	if err != nil {
		return providers.Finding{}, err
	}
	return providers.Finding{Holds: len(changes) == 0, Detail: r.domain + " → " + at.ipv4, Changes: changes}, nil
}

// addresses are the server's; none while there is no server.
func (r *recordsResource) addresses(ctx context.Context) (addresses, error) {
	d, err := r.p.firstDroplet(ctx, r.spec)
	if err != nil || d == nil || d.Status == "new" || publicIPv4(d) == "" {
		return addresses{}, err
	}
	return r.p.address(ctx, r.spec)
}

// pointing is where the domain should lead: to the server, and nowhere else.
func (r *recordsResource) pointing(zone string, at addresses) account.Pointing {
	p := account.Pointing{Zone: zone, Domain: r.domain, Targets: []account.Target{{Kind: "A", Data: at.ipv4}}}
	if at.ipv6 != "" {
		p.Targets = append(p.Targets, account.Target{Kind: "AAAA", Data: at.ipv6})
	}
	return p
}

// Make writes the records that are missing or wrong.
func (r *recordsResource) Make(ctx context.Context, _ func(string)) error {
	zone, err := r.p.api.ZoneOf(ctx, r.domain)
	if err != nil || zone == "" {
		return err
	}
	at, err := r.p.address(ctx, r.spec)
	if err != nil {
		return fmt.Errorf("point %s at the server: %w", r.domain, err)
	}
	return r.p.api.Point(ctx, r.pointing(zone, at))
}

// ownRecord is a record that points at the deployment's server.
type ownRecord struct {
	zone, domain string
	godo.DomainRecord
}

// ownRecords are the records of the deployment's domains that point at one of these
// addresses. Records that point elsewhere are not the deployment's.
func (p *Provider) ownRecords(ctx context.Context, at map[string]bool) ([]ownRecord, error) {
	var own []ownRecord
	for _, name := range p.options.Domains {
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		zone, err := p.api.ZoneOf(ctx, name)
		if err != nil {
			return nil, err
		}
		if zone == "" {
			continue
		}
		all, err := p.api.LeadingRecords(ctx, zone, name)
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			if at[r.Data] {
				own = append(own, ownRecord{zone, name, r})
			}
		}
	}
	return own, nil
}
