package fakecloud

import (
	"net/http"
	"regexp"
	"slices"
)

type firewall struct {
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	Status    string           `json:"status"`
	CreatedAt string           `json:"created_at"`
	Inbound   []map[string]any `json:"inbound_rules"`
	Outbound  []map[string]any `json:"outbound_rules"`
	Droplets  []int            `json:"droplet_ids"`
	Tags      []string         `json:"tags"`
}

var firewallName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9.-]+$`)

func (c *Cloud) firewallJSON(f *firewall) map[string]any {
	droplets := append([]int{}, f.Droplets...)
	for _, d := range c.state.Droplets {
		if slices.ContainsFunc(f.Tags, func(t string) bool { return slices.Contains(d.shownTags(c.now()), t) }) {
			droplets = append(droplets, d.ID)
		}
	}
	return map[string]any{
		"id": f.ID, "name": f.Name, "status": f.Status, "created_at": f.CreatedAt, "pending_changes": []any{},
		"inbound_rules": f.Inbound, "outbound_rules": f.Outbound, "droplet_ids": droplets, "tags": append([]string{}, f.Tags...),
	}
}

func (c *Cloud) firewallByID(id string) *firewall {
	for _, f := range c.state.Firewalls {
		if f.ID == id {
			return f
		}
	}
	return nil
}

func (c *Cloud) listFirewalls(k *call) {
	list := []map[string]any{}
	for _, f := range c.state.Firewalls {
		list = append(list, c.firewallJSON(f))
	}
	page(k, "firewalls", list)
}

func (c *Cloud) getFirewall(k *call) {
	f := c.firewallByID(k.path("id"))
	if f == nil {
		k.notFound()
		return
	}
	k.answer(http.StatusOK, map[string]any{"firewall": c.firewallJSON(f)})
}

func (c *Cloud) createFirewall(k *call) {
	f := &firewall{}
	if !k.read(f) || c.refusesFirewall(k, f) {
		return
	}
	if slices.ContainsFunc(c.state.Firewalls, func(o *firewall) bool { return o.Name == f.Name }) {
		k.fail(http.StatusConflict, "conflict", "duplicate name")
		return
	}
	f.ID, f.CreatedAt, f.Status = c.nextUUID(), stamp(c.now()), "succeeded"
	if c.faults.FirewallFails {
		f.Status = "failed"
	}
	c.state.Firewalls = append(c.state.Firewalls, f)
	k.answer(http.StatusAccepted, map[string]any{"firewall": c.firewallJSON(f)})
}

func (c *Cloud) updateFirewall(k *call) {
	old := c.firewallByID(k.path("id"))
	if old == nil {
		k.notFound()
		return
	}
	f := &firewall{}
	if !k.read(f) || c.refusesFirewall(k, f) {
		return
	}
	f.ID, f.CreatedAt, f.Status = old.ID, old.CreatedAt, "succeeded"
	*old = *f
	k.answer(http.StatusOK, map[string]any{"firewall": c.firewallJSON(old)})
}

// refusesFirewall checks what the real API checks, and writes ports as it does.
func (c *Cloud) refusesFirewall(k *call, f *firewall) bool {
	if !firewallName.MatchString(f.Name) {
		k.unprocessable("invalid firewall name")
		return true
	}
	for _, t := range f.Tags {
		if !slices.Contains(c.state.Tags, t) {
			k.unprocessable("tag " + t + " does not exist")
			return true
		}
	}
	for _, rule := range slices.Concat(f.Inbound, f.Outbound) {
		if rule["ports"] == nil && rule["protocol"] != "icmp" {
			k.unprocessable("ports must be specified")
			return true
		}
		if rule["ports"] == "all" {
			rule["ports"] = "0"
		}
	}
	return false
}

func (c *Cloud) deleteFirewall(k *call) {
	f := c.firewallByID(k.path("id"))
	if f == nil {
		k.notFound()
		return
	}
	c.state.Firewalls = slices.DeleteFunc(c.state.Firewalls, func(o *firewall) bool { return o == f })
	k.answer(http.StatusNoContent, nil)
}
