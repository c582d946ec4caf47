package fakecloud

import (
	"net/http"
	"slices"
)

type domain struct {
	Name    string    `json:"name"`
	TTL     int       `json:"ttl"`
	Records []*record `json:"records"`
}

type record struct {
	ID       int    `json:"id"`
	Type     string `json:"type"`
	Name     string `json:"name"`
	Data     string `json:"data"`
	Priority *int   `json:"priority"`
	Port     *int   `json:"port"`
	TTL      int    `json:"ttl"`
	Weight   *int   `json:"weight"`
	Flags    *int   `json:"flags"`
	Tag      string `json:"tag,omitempty"`
}

// AddDomain adds a zone to the account, as its owner would by hand. A zone that
// exists stays as it is.
func (c *Cloud) AddDomain(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.domainByName(name) != nil {
		return
	}
	c.state.Domains = append(c.state.Domains, &domain{Name: name, TTL: 1800})
}

// AddRecord adds a record to a zone of the account, as its owner would by hand.
func (c *Cloud) AddRecord(zone, kind, name, data string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.domainByName(zone)
	d.Records = append(d.Records, &record{ID: c.nextID(), Type: kind, Name: name, Data: data, TTL: 1800})
}

func (c *Cloud) domainByName(name string) *domain {
	for _, d := range c.state.Domains {
		if d.Name == name {
			return d
		}
	}
	return nil
}

func domainJSON(d *domain) map[string]any {
	return map[string]any{"name": d.Name, "ttl": d.TTL, "zone_file": "$ORIGIN " + d.Name + ".\n"}
}

func (c *Cloud) listDomains(k *call) {
	list := []map[string]any{}
	for _, d := range c.state.Domains {
		list = append(list, domainJSON(d))
	}
	page(k, "domains", list)
}

func (c *Cloud) getDomain(k *call) {
	d := c.domainByName(k.path("name"))
	if d == nil {
		k.notFound()
		return
	}
	k.answer(http.StatusOK, map[string]any{"domain": domainJSON(d)})
}

func (c *Cloud) createDomain(k *call) {
	var ask domain
	if !k.read(&ask) {
		return
	}
	if c.domainByName(ask.Name) != nil {
		k.unprocessable("domain '" + ask.Name + "': name already exists")
		return
	}
	made := &domain{Name: ask.Name, TTL: 1800}
	c.state.Domains = append(c.state.Domains, made)
	k.answer(http.StatusCreated, map[string]any{"domain": domainJSON(made)})
}

func (c *Cloud) listRecords(k *call) {
	d := c.domainByName(k.path("name"))
	if d == nil {
		k.notFound()
		return
	}
	// The API filters by the full name, though records carry the short one.
	name, kind := k.r.URL.Query().Get("name"), k.r.URL.Query().Get("type")
	list := []*record{}
	for _, r := range d.Records {
		full := r.Name + "." + d.Name
		if r.Name == "@" {
			full = d.Name
		}
		if (name == "" || name == full) && (kind == "" || kind == r.Type) {
			list = append(list, r)
		}
	}
	page(k, "domain_records", list)
}

func (c *Cloud) createRecord(k *call) {
	d := c.domainByName(k.path("name"))
	if d == nil {
		k.notFound()
		return
	}
	made := &record{}
	if !k.read(made) {
		return
	}
	if made.Type == "CNAME" && made.Name == "@" {
		k.unprocessable("CNAME records cannot be created at the root of a domain")
		return
	}
	for _, r := range d.leading(fullName(made.Name, d.Name)) {
		if made.Type == "CNAME" || r.Type == "CNAME" && (made.Type == "A" || made.Type == "AAAA") {
			k.unprocessable("CNAME records cannot share a name with other records")
			return
		}
	}
	made.ID = c.nextID()
	d.Records = append(d.Records, made)
	k.answer(http.StatusCreated, map[string]any{"domain_record": made})
}

func (c *Cloud) recordOf(k *call) (*domain, *record) {
	d := c.domainByName(k.path("name"))
	if d == nil {
		return nil, nil
	}
	for _, r := range d.Records {
		if r.ID == k.id() {
			return d, r
		}
	}
	return d, nil
}

func (c *Cloud) updateRecord(k *call) {
	_, old := c.recordOf(k)
	if old == nil {
		k.notFound()
		return
	}
	id := old.ID
	if !k.read(old) {
		return
	}
	old.ID = id
	k.answer(http.StatusOK, map[string]any{"domain_record": old})
}

func (c *Cloud) deleteRecord(k *call) {
	d, old := c.recordOf(k)
	if old == nil {
		k.notFound()
		return
	}
	d.Records = slices.DeleteFunc(d.Records, func(r *record) bool { return r == old })
	k.answer(http.StatusNoContent, nil)
}
