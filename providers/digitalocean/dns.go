package digitalocean

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// recordTTL is in seconds. It is short, so that a server that moves is found soon.
const recordTTL = 300

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
	zone, err := r.p.zone(ctx, r.domain)
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
	var changes []providers.Change
	for _, w := range wantedRecords(at) {
		change, err := r.change(ctx, zone, w)
		if err != nil {
			return providers.Finding{}, err
		}
		if change != nil {
			changes = append(changes, *change)
		}
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

// wanted is one record that should exist.
type wanted struct{ kind, data string }

func wantedRecords(at addresses) []wanted {
	all := []wanted{{"A", at.ipv4}}
	if at.ipv6 != "" {
		all = append(all, wanted{"AAAA", at.ipv6})
	}
	return all
}

// change is what has to be done for one record; nil is nothing.
func (r *recordsResource) change(ctx context.Context, zone string, w wanted) (*providers.Change, error) {
	have, err := r.record(ctx, zone, w)
	switch {
	case err != nil:
		return nil, err
	case have == nil:
		return &providers.Change{What: fmt.Sprintf("create %s record %s → %s", w.kind, r.domain, w.data)}, nil
	case have.Data == w.data:
		return nil, nil
	}
	return &providers.Change{
		What: fmt.Sprintf("change %s record %s from %s to %s", w.kind, r.domain, have.Data, w.data),
		Why:  "it points elsewhere",
	}, nil
}

// record is the record of its kind and name; nil is none. If there are several and
// none is right, somebody made them on purpose, and it refuses.
func (r *recordsResource) record(ctx context.Context, zone string, w wanted) (*godo.DomainRecord, error) {
	all, err := r.p.records(ctx, zone, w.kind, r.domain)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	for _, have := range all {
		if have.Data == w.data {
			return &have, nil
		}
	}
	if len(all) > 1 {
		return nil, &providers.Refused{
			Err:  fmt.Errorf("%s has %d %s records that point elsewhere", r.domain, len(all), w.kind),
			Next: fmt.Sprintf("remove those that are not needed: doctl compute domain records list %s", zone),
		}
	}
	return &all[0], nil
}

// Make writes the records that are missing or wrong.
func (r *recordsResource) Make(ctx context.Context, _ func(string)) error {
	zone, err := r.p.zone(ctx, r.domain)
	if err != nil || zone == "" {
		return err
	}
	at, err := r.p.address(ctx, r.spec)
	if err != nil {
		return fmt.Errorf("point %s at the server: %w", r.domain, err)
	}
	for _, w := range wantedRecords(at) {
		if err := r.write(ctx, zone, w); err != nil {
			return err
		}
	}
	return nil
}

func (r *recordsResource) write(ctx context.Context, zone string, w wanted) error {
	have, err := r.record(ctx, zone, w)
	if err != nil || (have != nil && have.Data == w.data) {
		return err
	}
	doing := fmt.Sprintf("write the %s record of %s", w.kind, r.domain)
	request := &godo.DomainRecordEditRequest{Type: w.kind, Name: relative(r.domain, zone), Data: w.data, TTL: recordTTL}
	if have != nil {
		_, _, err = r.p.api.Domains.EditRecord(ctx, zone, have.ID, request)
		return r.p.api.Failed(doing, r.p.api.Plain(err))
	}
	_, _, err = r.p.api.Domains.CreateRecord(ctx, zone, request)
	err = r.p.api.Plain(err)
	if err == nil || !rest.IsUncertain(err) || ctx.Err() != nil {
		return r.p.api.Failed(doing, err)
	}
	found, lookErr := r.p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		have, err := r.record(ctx, zone, w)
		return have != nil && have.Data == w.data, err
	})
	if found || lookErr != nil {
		return lookErr
	}
	return rest.NothingMade("the "+w.kind+" record of "+r.domain, err)
}

// relative is a domain's name within its zone, as records have it.
func relative(domain, zone string) string {
	if domain == zone {
		return "@"
	}
	return strings.TrimSuffix(domain, "."+zone)
}

// zone is the account's zone that holds a name; "" is none.
func (p *Provider) zone(ctx context.Context, domain string) (string, error) {
	all, err := account.EveryPage(ctx, p.api, "list the domains", func(ctx context.Context, n int) ([]godo.Domain, *godo.Response, error) {
		return p.api.Domains.List(ctx, account.FullPage(n))
	})
	best := ""
	for _, d := range all {
		if (domain == d.Name || strings.HasSuffix(domain, "."+d.Name)) && len(d.Name) > len(best) {
			best = d.Name
		}
	}
	return best, err
}

// records are the records of a kind with exactly this name.
func (p *Provider) records(ctx context.Context, zone, kind, domain string) ([]godo.DomainRecord, error) {
	all, err := account.EveryPage(ctx, p.api, "list the DNS records of "+domain, func(ctx context.Context, n int) ([]godo.DomainRecord, *godo.Response, error) {
		return p.api.Domains.RecordsByTypeAndName(ctx, zone, kind, domain, account.FullPage(n))
	})
	var same []godo.DomainRecord
	for _, r := range all {
		if r.Type == kind && r.Name == relative(domain, zone) {
			same = append(same, r)
		}
	}
	return same, err
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
		zone, err := p.zone(ctx, name)
		if err != nil {
			return nil, err
		}
		if zone == "" {
			continue
		}
		for _, kind := range []string{"A", "AAAA"} {
			all, err := p.records(ctx, zone, kind, name)
			if err != nil {
				return nil, err
			}
			for _, r := range all {
				if at[r.Data] {
					own = append(own, ownRecord{zone, name, r})
				}
			}
		}
	}
	return own, nil
}
