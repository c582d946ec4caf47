package account

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/rest"
)

// recordTTL is in seconds. It is short, so that an app that moves is found soon.
const recordTTL = 300

// leadingKinds are the kinds of records by which a name leads somewhere.
var leadingKinds = []string{"A", "AAAA", "CNAME"}

// PlatformAddresses are those at which App Platform answers for all apps, as its documents
// give them for a name that can't be a CNAME: the zone's own. The first two are IPv4.
var PlatformAddresses = []string{"162.159.140.98", "172.66.0.96", "2606:4700:7::60", "2a06:98c1:58::60"}

// Target is where a name should lead: the kind of a record, and what it holds.
type Target struct{ Kind, Data string }

// Pointing is a name that should lead to its targets and nowhere else, in a zone of the
// account.
type Pointing struct {
	Zone, Domain string
	Targets      []Target
}

// recordChange makes one record what it should be: without a target it goes away, without
// an earlier one it is new.
type recordChange struct {
	from *godo.DomainRecord
	to   *Target
}

// Changes are those that it takes until the name leads to its targets. If there are several
// records that lead elsewhere and none that is right, somebody made them on purpose, and
// the error is a *providers.Refused.
func (a *Account) Changes(ctx context.Context, p Pointing) ([]providers.Change, error) {
	all, err := a.recordChanges(ctx, p)
	var changes []providers.Change
	for _, c := range all {
		changes = append(changes, c.describe(p.Domain))
	}
	return changes, err
}

func (c recordChange) describe(domain string) providers.Change {
	switch {
	case c.to == nil:
		return providers.Change{What: fmt.Sprintf("remove the %s record %s → %s", c.from.Type, domain, c.from.Data), Why: "it leads elsewhere"}
	case c.from == nil:
		return providers.Change{What: fmt.Sprintf("create %s record %s → %s", c.to.Kind, domain, c.to.Data)}
	}
	return providers.Change{What: fmt.Sprintf("change %s record %s from %s to %s", c.to.Kind, domain, c.from.Data, c.to.Data), Why: "it points elsewhere"}
}

// Point has the name lead to its targets. What is in their way is removed just before the
// new one is made: a name that leads nowhere for a while is remembered as such.
func (a *Account) Point(ctx context.Context, p Pointing) error {
	all, err := a.recordChanges(ctx, p)
	if err != nil {
		return err
	}
	for _, c := range all {
		if err := a.changeRecord(ctx, p, c); err != nil {
			return err
		}
	}
	return nil
}

// recordChanges come in the order in which they can be made.
func (a *Account) recordChanges(ctx context.Context, p Pointing) ([]recordChange, error) {
	have, err := a.LeadingRecords(ctx, p.Zone, p.Domain)
	if err != nil {
		return nil, err
	}
	missing := slices.DeleteFunc(slices.Clone(p.Targets), func(t Target) bool { return slices.ContainsFunc(have, t.is) })
	alias := slices.ContainsFunc(p.Targets, func(t Target) bool { return t.Kind == "CNAME" })
	var removed, changed []recordChange
	for _, kind := range leadingKinds {
		apart := alias != (kind == "CNAME") // a CNAME has nothing beside it
		strange, theirs := p.others(have, kind)
		for i := range theirs {
			removed = append(removed, recordChange{from: &theirs[i]})
		}
		wanted := func(t Target) bool { return t.Kind == kind }
		if !apart && slices.ContainsFunc(p.Targets, wanted) && slices.ContainsFunc(p.Targets, func(t Target) bool { return wanted(t) && !slices.Contains(missing, t) }) {
			continue // a right one is there: what is beside it was put there on purpose
		}
		if len(strange) > 1 {
			return nil, p.refuse(kind, len(strange))
		}
		for i := range strange {
			c := recordChange{from: &strange[i]}
			at := slices.IndexFunc(missing, wanted)
			if at < 0 {
				removed = append(removed, c)
				continue
			}
			to := missing[at]
			c.to, missing = &to, slices.Delete(missing, at, at+1)
			changed = append(changed, c)
		}
	}
	for i := range missing {
		changed = append(changed, recordChange{to: &missing[i]})
	}
	return append(removed, changed...), nil
}

// others are the records of a kind that are no targets: strange ones, and those that App
// Platform made. By the number of one of its own it may know it later, so it never becomes
// another's.
func (p Pointing) others(have []godo.DomainRecord, kind string) (strange, platforms []godo.DomainRecord) {
	for _, r := range have {
		switch {
		case r.Type != kind || slices.ContainsFunc(p.Targets, func(t Target) bool { return t.is(r) }):
		case slices.Contains(PlatformAddresses, r.Data):
			platforms = append(platforms, r)
		default:
			strange = append(strange, r)
		}
	}
	return strange, platforms
}

func (p Pointing) refuse(kind string, n int) error {
	return &providers.Refused{
		Err:  fmt.Errorf("%s has %d %s records that point elsewhere", p.Domain, n, kind),
		Next: "remove those that are not needed: doctl compute domain records list " + p.Zone,
	}
}

// is tells whether a record leads to the target.
func (t Target) is(r godo.DomainRecord) bool {
	return r.Type == t.Kind && strings.TrimSuffix(r.Data, ".") == strings.TrimSuffix(t.Data, ".")
}

func (a *Account) changeRecord(ctx context.Context, p Pointing, c recordChange) error {
	if c.to == nil {
		return a.RemoveRecord(ctx, p.Zone, p.Domain, c.from)
	}
	doing := fmt.Sprintf("write the %s record of %s", c.to.Kind, p.Domain)
	request := &godo.DomainRecordEditRequest{Type: c.to.Kind, Name: relative(p.Domain, p.Zone), Data: c.to.Data, TTL: recordTTL}
	if c.from != nil {
		_, _, err := a.Domains.EditRecord(ctx, p.Zone, c.from.ID, request)
		return a.Failed(doing, a.Plain(err))
	}
	_, _, err := a.Domains.CreateRecord(ctx, p.Zone, request)
	err = a.Plain(err)
	if err == nil || !rest.IsUncertain(err) || ctx.Err() != nil {
		return a.Failed(doing, err)
	}
	found, lookErr := a.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		have, err := a.LeadingRecords(ctx, p.Zone, p.Domain)
		return slices.ContainsFunc(have, c.to.is), err
	})
	if found || lookErr != nil {
		return lookErr
	}
	return rest.NothingMade("the "+c.to.Kind+" record of "+p.Domain, err)
}

// RemoveRecord removes a record of a name; one that is gone already is fine.
func (a *Account) RemoveRecord(ctx context.Context, zone, domain string, r *godo.DomainRecord) error {
	_, err := a.Domains.DeleteRecord(ctx, zone, r.ID)
	if err = a.Plain(err); err != nil && !rest.IsNotFound(err) {
		return a.Failed("remove the DNS record of "+domain, err)
	}
	return nil
}

// relative is a domain's name within its zone, as records have it.
func relative(domain, zone string) string {
	if domain == zone {
		return "@"
	}
	return strings.TrimSuffix(domain, "."+zone)
}

// ZoneOf is the account's zone that holds a name, the longest; "" is none.
func (a *Account) ZoneOf(ctx context.Context, domain string) (string, error) {
	all, err := EveryPage(ctx, a, "list the domains", func(ctx context.Context, n int) ([]godo.Domain, *godo.Response, error) {
		return a.Domains.List(ctx, FullPage(n))
	})
	best := ""
	for _, d := range all {
		if (domain == d.Name || strings.HasSuffix(domain, "."+d.Name)) && len(d.Name) > len(best) {
			best = d.Name
		}
	}
	return best, err
}

// LeadingRecords are the A, AAAA and CNAME records with exactly this name.
func (a *Account) LeadingRecords(ctx context.Context, zone, domain string) ([]godo.DomainRecord, error) {
	var same []godo.DomainRecord
	for _, kind := range leadingKinds {
		all, err := EveryPage(ctx, a, "list the DNS records of "+domain, func(ctx context.Context, n int) ([]godo.DomainRecord, *godo.Response, error) {
			return a.Domains.RecordsByTypeAndName(ctx, zone, kind, domain, FullPage(n))
		})
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			if r.Type == kind && r.Name == relative(domain, zone) {
				same = append(same, r)
			}
		}
	}
	return same, nil
}
