package fakecloud

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// action is work that the API has accepted, such as the creation of a droplet.
type action struct {
	ID        int       `json:"id"`
	Type      string    `json:"type"`
	Kind      string    `json:"kind"`
	Resource  int       `json:"resource"`
	Region    string    `json:"region"`
	StartedAt time.Time `json:"started_at"`
	Errored   bool      `json:"errored"`
	// Open is true while it goes on; that of a create is seen from its droplet. It ends at
	// EndsAt or, where a hook does it, with the hook.
	Open        bool       `json:"open,omitempty"`
	EndsAt      time.Time  `json:"ends_at,omitzero"`
	CompletedAt *time.Time `json:"completed_at,omitempty"`
	// Size and GrowDisk are what a resize asks for.
	Size     string `json:"size,omitempty"`
	GrowDisk bool   `json:"grow_disk,omitempty"`
}

func (c *Cloud) newAction(kind, resource string, id int, region string) *action {
	a := &action{ID: c.nextID(), Type: kind, Kind: resource, Resource: id, Region: region, StartedAt: c.now()}
	c.state.Actions = append(c.state.Actions, a)
	return a
}

func (c *Cloud) actionByID(id int) *action {
	for _, a := range c.state.Actions {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// actionStatus is the droplet's state for a create; of others, those that change the power
// or the size take time.
func (c *Cloud) actionStatus(a *action) string {
	if a == nil {
		return "completed"
	}
	if a.Errored {
		return "errored"
	}
	if a.Open {
		return "in-progress"
	}
	if a.Type != "create" {
		return "completed"
	}
	if d := c.dropletByID(a.Resource); d != nil && d.status(c.now()) == "new" {
		return "in-progress"
	}
	return "completed"
}

func (c *Cloud) actionJSON(a *action) map[string]any {
	region, _ := regionBySlug(a.Region)
	status := c.actionStatus(a)
	var completed any
	switch {
	case a.CompletedAt != nil:
		completed = stamp(*a.CompletedAt)
	case status != "in-progress":
		completed = stamp(c.now())
	}
	return map[string]any{
		"id": a.ID, "status": status, "type": a.Type, "started_at": stamp(a.StartedAt), "completed_at": completed,
		"resource_id": a.Resource, "resource_type": a.Kind, "region": region, "region_slug": a.Region,
	}
}

func (c *Cloud) getAction(k *call) {
	a := c.actionByID(k.id())
	if a == nil || c.notFoundYet(fmt.Sprint("action ", a.ID)) {
		k.notFound()
		return
	}
	k.answer(http.StatusOK, map[string]any{"action": c.actionJSON(a)})
}

func (c *Cloud) listDropletActions(k *call) {
	d := c.dropletByID(k.id())
	if d == nil {
		k.notFound()
		return
	}
	list := []map[string]any{}
	for _, a := range slices.Backward(c.state.Actions) {
		if a.Kind == "droplet" && a.Resource == d.ID && !c.hidden(a) {
			list = append(list, c.actionJSON(a))
		}
	}
	page(k, "actions", list)
}

func (c *Cloud) createDropletAction(k *call) {
	d := c.dropletByID(k.id())
	if d == nil {
		k.notFound()
		return
	}
	var ask actionCall
	if !k.read(&ask) {
		return
	}
	if c.pending(d) {
		k.unprocessable("Droplet already has a pending event.")
		return
	}
	if ask.powers() {
		c.power(k, d, ask)
		return
	}
	switch ask.Type {
	case "reboot", "power_cycle":
	case "enable_backups", "disable_backups":
		c.turnBackups(d, ask.Type == "enable_backups", ask.BackupPolicy)
	default:
		k.unprocessable("the simulated cloud does not know the action " + ask.Type)
		return
	}
	a := c.newAction(ask.Type, "droplet", d.ID, d.Region)
	k.answer(http.StatusCreated, map[string]any{"action": c.actionJSON(a)})
}
