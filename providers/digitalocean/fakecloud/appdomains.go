package fakecloud

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/digitalocean/godo"
)

// alertDestinations is where an alert goes.
type alertDestinations struct {
	Emails []string         `json:"emails"`
	Slack  []map[string]any `json:"slack_webhooks"`
}

// alertsOf are an app's alerts with the component of each, by their IDs.
func alertsOf(a *app) (ids []string, shown map[string]map[string]any) {
	shown = map[string]map[string]any{}
	add := func(component string, specs []*godo.AppAlertSpec) {
		for _, s := range specs {
			id := uuidOf(a.ID, component, string(s.Rule))
			one := map[string]any{"id": id, "spec": s, "phase": "ACTIVE", "emails": []string{"operator@example.com"}, "slack_webhooks": []any{}}
			if component != "" {
				one["component_name"] = component
			}
			if to := a.Alerts[id]; to != nil {
				one["emails"], one["slack_webhooks"] = to.Emails, to.Slack
			}
			ids, shown[id] = append(ids, id), one
		}
	}
	add("", a.Spec.Alerts)
	for _, s := range a.Spec.Services {
		add(s.Name, s.Alerts)
	}
	for _, w := range a.Spec.Workers {
		add(w.Name, w.Alerts)
	}
	for _, j := range a.Spec.Jobs {
		add(j.Name, j.Alerts)
	}
	return ids, shown
}

func (c *Cloud) listAlerts(k *call, a *app) {
	ids, shown := alertsOf(a)
	list := []map[string]any{}
	for _, id := range ids {
		list = append(list, shown[id])
	}
	k.answer(http.StatusOK, map[string]any{"alerts": list})
}

func (c *Cloud) updateAlert(k *call, a *app) {
	id := k.path("alert_id")
	if _, shown := alertsOf(a); shown[id] == nil {
		k.notFound()
		return
	}
	to := &alertDestinations{Emails: []string{}, Slack: []map[string]any{}}
	if !k.read(to) {
		return
	}
	a.Alerts[id] = to
	_, shown := alertsOf(a)
	k.answer(http.StatusOK, map[string]any{"alert": shown[id]})
}

// platformAddresses are those at which all apps answer.
var platformAddresses = []string{"162.159.140.98", "172.66.0.96"}

// domainPhase is how far a domain of an app is: it is active once the app has been deployed
// and its name leads to the app alone.
func (c *Cloud) domainPhase(a *app, d *godo.AppDomainSpec) string {
	if a.Active == "" {
		return "PENDING"
	}
	leads := false
	for _, zone := range c.state.Domains {
		for _, r := range zone.leading(d.Domain) {
			right := strings.TrimSuffix(r.Data, ".") == hostOf(a.ingress()) || d.Domain == zone.Name && slices.Contains(platformAddresses, r.Data)
			if !right {
				return "CONFIGURING"
			}
			leads = true
		}
	}
	if leads {
		return "ACTIVE"
	}
	return "CONFIGURING"
}

// leading are a zone's records by which a name leads somewhere.
func (d *domain) leading(name string) []*record {
	var all []*record
	for _, r := range d.Records {
		if fullName(r.Name, d.Name) == name && slices.Contains([]string{"A", "AAAA", "CNAME"}, r.Type) {
			all = append(all, r)
		}
	}
	return all
}

func fullName(name, zone string) string {
	if name == "@" {
		return zone
	}
	return name + "." + zone
}

// connectDomains makes the records of an app's domains whose zone its spec names, where none
// is in their way, and removes those that it made for others.
func (c *Cloud) connectDomains(a *app) {
	wanted := map[string]bool{}
	for _, d := range a.Spec.Domains {
		zone := c.domainByName(d.Zone)
		if zone == nil {
			continue
		}
		wanted[d.Domain] = true
		if len(zone.leading(d.Domain)) > 0 {
			continue
		}
		name, kind, data := strings.TrimSuffix(d.Domain, "."+d.Zone), "CNAME", []string{hostOf(a.ingress()) + "."}
		if d.Domain == d.Zone {
			name, kind, data = "@", "A", platformAddresses
		}
		for _, to := range data {
			made := &record{ID: c.nextID(), Type: kind, Name: name, Data: to, TTL: 1800}
			zone.Records = append(zone.Records, made)
			if a.Records == nil {
				a.Records = map[int]string{}
			}
			a.Records[made.ID] = d.Domain
		}
	}
	c.disconnectDomains(a, wanted)
}

// disconnectDomains removes the records that an app made, by their numbers, but for these
// domains.
func (c *Cloud) disconnectDomains(a *app, but map[string]bool) {
	for _, zone := range c.state.Domains {
		zone.Records = slices.DeleteFunc(zone.Records, func(r *record) bool {
			name, made := a.Records[r.ID]
			return made && !but[name]
		})
	}
	maps.DeleteFunc(a.Records, func(_ int, name string) bool { return !but[name] })
}

func (c *Cloud) appDomains(a *app) []map[string]any {
	list := []map[string]any{}
	for _, d := range a.Spec.Domains {
		list = append(list, map[string]any{
			"id": uuidOf(a.ID, d.Domain), "spec": d, "phase": c.domainPhase(a, d),
			"progress": map[string]any{"steps": []any{}}, "rotate_validation_records": false,
		})
	}
	return list
}
