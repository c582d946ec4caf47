package fakecloud

import (
	"net/http"
	"slices"
)

type project struct {
	ID          string `json:"id"`
	OwnerUUID   string `json:"owner_uuid"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Purpose     string `json:"purpose"`
	Environment string `json:"environment"`
	IsDefault   bool   `json:"is_default"`
	CreatedAt   string `json:"created_at"`
	UpdatedAt   string `json:"updated_at"`
}

type assignedThing struct {
	URN        string `json:"urn"`
	AssignedAt string `json:"assigned_at"`
	Status     string `json:"status"`
}

type vpc struct {
	ID          string `json:"id"`
	URN         string `json:"urn,omitempty"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Region      string `json:"region"`
	IPRange     string `json:"ip_range"`
	Default     bool   `json:"default"`
	CreatedAt   string `json:"created_at"`
}

// AddProject adds a project to the account and returns its ID.
func (c *Cloud) AddProject(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := &project{
		ID: c.nextUUID(), Name: name, Purpose: "Web Application", Environment: "Production",
		CreatedAt: stamp(c.now()), UpdatedAt: stamp(c.now()),
	}
	c.state.Projects = append(c.state.Projects, p)
	return p.ID
}

// AddVPC adds a private network to the account and returns its UUID.
func (c *Cloud) AddVPC(name, region string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := &vpc{ID: c.nextUUID(), Name: name, Region: region, IPRange: "10.120.0.0/20", CreatedAt: stamp(c.now())}
	c.state.VPCs = append(c.state.VPCs, v)
	return v.ID
}

func (c *Cloud) projectOf(k *call) *project {
	for _, p := range c.state.Projects {
		if p.ID == k.path("id") || (p.IsDefault && k.path("id") == "default") {
			return p
		}
	}
	return nil
}

func (c *Cloud) listProjects(k *call) { page(k, "projects", c.state.Projects) }

func (c *Cloud) listProjectResources(k *call) {
	p := c.projectOf(k)
	if p == nil {
		k.notFound()
		return
	}
	page(k, "resources", c.state.Assigned[p.ID])
}

func (c *Cloud) assignProjectResources(k *call) {
	p := c.projectOf(k)
	var ask struct {
		Resources []string `json:"resources"`
	}
	if p == nil {
		k.notFound()
		return
	}
	if !k.read(&ask) {
		return
	}
	done := []assignedThing{}
	for _, urn := range ask.Resources {
		thing := assignedThing{URN: urn, AssignedAt: stamp(c.now()), Status: "ok"}
		for id, list := range c.state.Assigned {
			c.state.Assigned[id] = slices.DeleteFunc(list, func(t assignedThing) bool { return t.URN == urn })
		}
		c.state.Assigned[p.ID] = append(c.state.Assigned[p.ID], thing)
		done = append(done, thing)
	}
	k.answer(http.StatusOK, map[string]any{"resources": done})
}

func (c *Cloud) listVPCs(k *call) { page(k, "vpcs", c.state.VPCs) }

func (c *Cloud) getVPC(k *call) {
	for _, v := range c.state.VPCs {
		if v.ID == k.path("id") {
			k.answer(http.StatusOK, map[string]any{"vpc": v})
			return
		}
	}
	k.notFound()
}
