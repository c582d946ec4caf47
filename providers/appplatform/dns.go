package appplatform

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
)

// recordsDelivery has one domain lead to the app, where its zone is in the account. App
// Platform makes the records of such a domain itself, but it does not take away those that
// lead elsewhere: to the droplet, say, from which the app came. It is done once the app
// answers to that name.
type recordsDelivery struct {
	p      *Provider
	spec   providers.Spec
	domain string
}

// Kind has the domain in it: a deployment has one for each domain.
func (d *recordsDelivery) Kind() string           { return "dns-record-" + d.domain }
func (d *recordsDelivery) Title() string          { return "the DNS records of " + d.domain }
func (d *recordsDelivery) Phase() providers.Phase { return providers.PhaseOther }

// Look compares the records with where the app answers. With a zone elsewhere it holds: the
// app's delivery says what to do.
func (d *recordsDelivery) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	zone, err := d.p.api.ZoneOf(ctx, d.domain)
	if err != nil || zone == "" {
		return providers.Finding{Holds: err == nil}, err
	}
	app, err := d.p.app(ctx, d.spec)
	if err != nil {
		return providers.Finding{}, err
	}
	if app == nil || app.DefaultIngress == "" {
		return providers.Finding{Changes: []providers.Change{{What: fmt.Sprintf("point %s at the app", d.domain), Why: "records in zone " + zone}}}, nil
	}
	finding := providers.Finding{Holds: true, Detail: d.domain + " → " + hostOf(app.DefaultIngress)}
	if d.domain == zone && phaseOf(app, d.domain) == godo.AppJobSpecKindPHASE_Active {
		return finding, nil // App Platform knows best where it answers
	}
	finding.Changes, err = d.p.api.Changes(ctx, pointing(zone, d.domain, app))
	finding.Holds = err == nil && len(finding.Changes) == 0
	return finding, err
}

// Make has the domain lead to the app alone.
func (d *recordsDelivery) Make(ctx context.Context, _ func(string)) error {
	zone, err := d.p.api.ZoneOf(ctx, d.domain)
	if err != nil || zone == "" {
		return err
	}
	app, err := d.p.serving(ctx, d.spec)
	if err != nil {
		return err
	}
	return d.p.api.Point(ctx, pointing(zone, d.domain, app))
}

// pointing is where a domain of an app should lead. A zone's own name can't be a CNAME.
func pointing(zone, domain string, app *godo.App) account.Pointing {
	p := account.Pointing{Zone: zone, Domain: domain}
	if domain != zone {
		p.Targets = []account.Target{{Kind: "CNAME", Data: hostOf(app.DefaultIngress) + "."}}
		return p
	}
	for _, address := range account.PlatformAddresses {
		if strings.Contains(address, ".") {
			p.Targets = append(p.Targets, account.Target{Kind: "A", Data: address})
		}
	}
	return p
}

// phaseOf is how far App Platform is with a domain of an app; empty if it has none such.
func phaseOf(app *godo.App, domain string) godo.AppDomainPhase {
	for _, d := range app.Domains {
		if d.Spec != nil && d.Spec.Domain == domain {
			return d.Phase
		}
	}
	return ""
}

// zonesKept are the domains of an app whose records are its own, with the zones.
func zonesKept(app *godo.App) map[string]string {
	zones := map[string]string{}
	for _, d := range app.Spec.Domains {
		if d.Zone != "" {
			zones[d.Domain] = d.Zone
		}
	}
	return zones
}

// removeRecords removes the records that lead to an app that is about to go: somebody else
// could get its name.
func (p *Provider) removeRecords(ctx context.Context, app *godo.App, report func(line string)) error {
	for domain, zone := range zonesKept(app) {
		have, err := p.api.LeadingRecords(ctx, zone, domain)
		if err != nil {
			return err
		}
		for _, r := range have {
			if strings.TrimSuffix(r.Data, ".") != hostOf(app.DefaultIngress) && (domain != zone || !slices.Contains(account.PlatformAddresses, r.Data)) {
				continue
			}
			if err := p.api.RemoveRecord(ctx, zone, domain, &r); err != nil {
				return err
			}
			report(fmt.Sprintf("removed the %s record of %s", r.Type, domain))
		}
	}
	return nil
}

// LeaveDomains has App Platform no longer keep the records of the app's domains. It goes on
// answering to them. Nothing is prepared anew for that: the app's data may be read-only.
func (p *Provider) LeaveDomains(ctx context.Context, spec providers.Spec, report func(line string)) error {
	app, err := p.serving(ctx, spec)
	if err != nil || len(zonesKept(app)) == 0 {
		return err
	}
	wanted := *app.ActiveDeployment.Spec
	wanted.Domains = nil
	for _, d := range app.ActiveDeployment.Spec.Domains {
		left := *d
		left.Zone = ""
		wanted.Domains = append(wanted.Domains, &left)
	}
	wanted.Jobs = nil
	wanted.Alerts = slices.DeleteFunc(slices.Clone(wanted.Alerts), func(a *godo.AppAlertSpec) bool { return a.Rule == godo.AppAlertSpecRule_DomainFailed })
	before, err := p.deployments(ctx, app.ID)
	if err != nil {
		return err
	}
	if err := p.give(ctx, app, &wanted); err != nil {
		return err
	}
	return p.follow(ctx, app.ID, &wanted, before, report)
}

// Domains tells of each domain of the app whether it leads there, and what its record should be.
func (p *Provider) Domains(ctx context.Context, spec providers.Spec) ([]providers.Domain, error) {
	app, err := p.serving(ctx, spec)
	if err != nil {
		return nil, err
	}
	var all []providers.Domain
	for _, d := range app.Domains {
		if d.Spec == nil || !slices.Contains(p.options.Domains, d.Spec.Domain) {
			continue
		}
		all = append(all, providers.Domain{Name: d.Spec.Domain, Kind: "CNAME", Value: hostOf(app.DefaultIngress), Leads: d.Phase == godo.AppJobSpecKindPHASE_Active})
	}
	return all, nil
}
