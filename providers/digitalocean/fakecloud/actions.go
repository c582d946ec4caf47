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

// actionStatus is the droplet's state for a create; other actions end at once.
func (c *Cloud) actionStatus(a *action) string {
	if a == nil {
		return "completed"
	}
	if a.Errored {
		return "errored"
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
	if status != "in-progress" {
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
		if a.Kind == "droplet" && a.Resource == d.ID {
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
	var ask struct {
		Type         string       `json:"type"`
		BackupPolicy backupPolicy `json:"backup_policy"`
	}
	if !k.read(&ask) {
		return
	}
	if c.busy(d) {
		k.unprocessable("Droplet already has a pending event.")
		return
	}
	switch ask.Type {
	case "power_on":
		d.Off = false
	case "power_off", "shutdown":
		d.Off = true
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
