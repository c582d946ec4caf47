package fakecloud

import (
	"fmt"
	"net/http"
	"slices"

	"slipway/providers/loopback"
)

type reservedIP struct {
	IP        string `json:"ip"`
	Region    string `json:"region"`
	DropletID int    `json:"droplet_id"`
}

func (c *Cloud) reservedIPJSON(r *reservedIP) map[string]any {
	region, _ := regionBySlug(r.Region)
	var holder any
	if d := c.dropletByID(r.DropletID); d != nil {
		holder = c.dropletJSON(d)
	}
	return map[string]any{
		"ip": r.IP, "region": region, "droplet": holder, "locked": false, "project_id": c.state.Projects[0].ID,
	}
}

func (c *Cloud) reservedIP(ip string) *reservedIP {
	for _, r := range c.state.ReservedIPs {
		if r.IP == ip {
			return r
		}
	}
	return nil
}

func (c *Cloud) listReservedIPs(k *call) {
	list := []map[string]any{}
	for _, r := range c.state.ReservedIPs {
		list = append(list, c.reservedIPJSON(r))
	}
	page(k, "reserved_ips", list)
}

func (c *Cloud) getReservedIP(k *call) {
	r := c.reservedIP(k.path("ip"))
	if r == nil {
		k.notFound()
		return
	}
	k.answer(http.StatusOK, map[string]any{"reserved_ip": c.reservedIPJSON(r)})
}

func (c *Cloud) createReservedIP(k *call) {
	var ask struct {
		DropletID int    `json:"droplet_id"`
		Region    string `json:"region"`
	}
	if !k.read(&ask) {
		return
	}
	if len(c.state.ReservedIPs) >= 3 {
		k.unprocessable("You have reached your reserved IP limit.")
		return
	}
	made := &reservedIP{IP: fmt.Sprintf("198.51.100.%d", c.nextID()%250+1), Region: ask.Region}
	links := map[string]any{}
	if ask.DropletID != 0 {
		d := c.dropletByID(ask.DropletID)
		if d == nil {
			k.unprocessable("The droplet does not exist.")
			return
		}
		made.Region = d.Region
		if c.options.Lead != nil {
			made.IP = loopback.Candidate("reserved for "+d.IPv4, len(c.state.ReservedIPs)).String()
		}
		c.assign(made, d.ID)
		a := c.newAction("assign_ip", "reserved_ip", d.ID, d.Region)
		links["actions"] = []map[string]any{{"id": a.ID, "rel": "assign_ip", "href": fmt.Sprintf("http://%s/v2/actions/%d", k.r.Host, a.ID)}}
		links["droplets"] = []map[string]any{{"id": d.ID, "rel": "droplet", "href": fmt.Sprintf("http://%s/v2/droplets/%d", k.r.Host, d.ID)}}
	}
	c.state.ReservedIPs = append(c.state.ReservedIPs, made)
	k.answer(http.StatusAccepted, map[string]any{"reserved_ip": c.reservedIPJSON(made), "links": links})
}

func (c *Cloud) deleteReservedIP(k *call) {
	r := c.reservedIP(k.path("ip"))
	if r == nil {
		k.notFound()
		return
	}
	c.assign(r, 0)
	c.state.ReservedIPs = slices.DeleteFunc(c.state.ReservedIPs, func(o *reservedIP) bool { return o == r })
	k.answer(http.StatusNoContent, nil)
}

func (c *Cloud) createReservedIPAction(k *call) {
	r := c.reservedIP(k.path("ip"))
	if r == nil {
		k.notFound()
		return
	}
	var ask struct {
		Type      string `json:"type"`
		DropletID int    `json:"droplet_id"`
	}
	if !k.read(&ask) {
		return
	}
	switch {
	case ask.Type == "assign" && c.dropletByID(ask.DropletID) != nil:
		c.assign(r, ask.DropletID)
	case ask.Type == "unassign" && r.DropletID != 0:
		c.assign(r, 0)
	default:
		k.unprocessable("The reserved IP can't be " + ask.Type + "ed.")
		return
	}
	a := c.newAction(ask.Type+"_ip", "reserved_ip", r.DropletID, r.Region)
	k.answer(http.StatusCreated, map[string]any{"action": c.actionJSON(a)})
}

// AddReservedIP adds a reserved IP to the account, as its owner would by hand;
// dropletID is 0 if it is not assigned.
func (c *Cloud) AddReservedIP(ip, region string, dropletID int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.ReservedIPs = append(c.state.ReservedIPs, &reservedIP{IP: ip, Region: region, DropletID: dropletID})
}

// assign gives a reserved IP to a droplet, or takes it away if the number is 0.
func (c *Cloud) assign(r *reservedIP, dropletID int) {
	r.DropletID = dropletID
	if err := c.lead(r); err != nil {
		r.DropletID = 0 // it is not assigned then, and whoever waits for it says so
	}
}

// lead makes a reserved IP lead to its droplet, if there is a hook for that.
func (c *Cloud) lead(r *reservedIP) error {
	if c.options.Lead == nil {
		return nil
	}
	to := ""
	if d := c.dropletByID(r.DropletID); d != nil {
		to = d.IPv4
	}
	return c.options.Lead(r.IP, to)
}
