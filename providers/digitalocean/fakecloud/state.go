package fakecloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// state is everything that the account holds; StateFile keeps it.
type state struct {
	NextID      int                        `json:"next_id"`
	Keys        []*key                     `json:"keys"`
	Droplets    []*droplet                 `json:"droplets"`
	Actions     []*action                  `json:"actions"`
	Tags        []string                   `json:"tags"`
	Firewalls   []*firewall                `json:"firewalls"`
	Domains     []*domain                  `json:"domains"`
	ReservedIPs []*reservedIP              `json:"reserved_ips"`
	Projects    []*project                 `json:"projects"`
	VPCs        []*vpc                     `json:"vpcs"`
	Assigned    map[string][]assignedThing `json:"assigned"`
	SpacesKeys  []*spacesKey               `json:"spaces_keys"`
	Buckets     []string                   `json:"buckets"`
	// ForeignBuckets are other accounts'.
	ForeignBuckets []string `json:"foreign_buckets"`
	Apps           []*app   `json:"apps"`
	// Secrets are the values of encrypted variables, by what the API shows of them.
	Secrets map[string]string `json:"secrets"`
	// Registry is nil if the account has none.
	Registry          *registry       `json:"registry,omitempty"`
	RegistryLogins    []registryLogin `json:"registry_logins,omitempty"`
	ForeignRegistries []string        `json:"foreign_registries,omitempty"`
	Clusters          []*cluster      `json:"clusters,omitempty"`
}

func newState(now time.Time) state {
	return state{
		NextID: 1000,
		Projects: []*project{{
			ID: "4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679", Name: "first-project", Purpose: "Web Application",
			Environment: "Development", IsDefault: true, CreatedAt: stamp(now), UpdatedAt: stamp(now),
		}},
		VPCs: []*vpc{{
			ID: "c33931f2-a26a-4e61-b85c-4e95a2ec431b", Name: "default-fra1", Region: "fra1",
			IPRange: "10.116.0.0/20", Default: true, CreatedAt: stamp(now),
		}},
		Assigned: map[string][]assignedThing{},
	}
}

// Contents is what an account holds, by name, so that tests can see what is left.
type Contents struct {
	Keys, Droplets, Tags, Firewalls, ReservedIPs, Records []string
	// SpacesKeys are the names of the Spaces keys, Buckets those of the buckets.
	SpacesKeys, Buckets []string
	// Apps are the names of App Platform's apps.
	Apps []string
	// Databases are the names of the managed databases, Repositories those of the
	// registry's repositories.
	Databases, Repositories []string
}

// Empty tells whether the account holds nothing, apart from buckets: those stay.
func (c Contents) Empty() bool {
	return len(c.Keys)+len(c.Droplets)+len(c.Tags)+len(c.Firewalls)+len(c.ReservedIPs)+len(c.Records)+len(c.SpacesKeys)+
		len(c.Apps)+len(c.Databases)+len(c.Repositories) == 0
}

// Contents lists what exists by now, also what the API does not show yet.
func (c *Cloud) Contents() Contents {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.removeGone()
	var all Contents
	for _, k := range c.state.Keys {
		all.Keys = append(all.Keys, k.Name)
	}
	for _, d := range c.state.Droplets {
		all.Droplets = append(all.Droplets, fmt.Sprintf("%d %s", d.ID, d.Name))
	}
	all.Tags = append(all.Tags, c.state.Tags...)
	all.Buckets = append(all.Buckets, c.state.Buckets...)
	for _, s := range c.state.SpacesKeys {
		all.SpacesKeys = append(all.SpacesKeys, s.Name)
	}
	for _, a := range c.state.Apps {
		all.Apps = append(all.Apps, a.Spec.Name)
	}
	for _, d := range c.state.Clusters {
		all.Databases = append(all.Databases, d.Name)
	}
	if r := c.state.Registry; r != nil {
		all.Repositories = r.repositories()
	}
	for _, f := range c.state.Firewalls {
		all.Firewalls = append(all.Firewalls, f.Name)
	}
	for _, r := range c.state.ReservedIPs {
		all.ReservedIPs = append(all.ReservedIPs, r.IP)
	}
	for _, d := range c.state.Domains {
		for _, r := range d.Records {
			all.Records = append(all.Records, fmt.Sprintf("%s %s.%s %s", r.Type, r.Name, d.Name, r.Data))
		}
	}
	return all
}

// removeGone removes the destroyed droplets whose time has come.
func (c *Cloud) removeGone() {
	left := c.state.Droplets[:0]
	for _, d := range c.state.Droplets {
		if d.GoneAt != nil && !c.now().Before(*d.GoneAt) {
			continue
		}
		left = append(left, d)
	}
	clear(c.state.Droplets[len(left):])
	c.state.Droplets = left
}

func (c *Cloud) nextID() int {
	c.state.NextID++
	return c.state.NextID
}

func (c *Cloud) nextUUID() string {
	return fmt.Sprintf("fa4ec10d-0000-4000-8000-%012d", c.nextID())
}

func (c *Cloud) load() error {
	if c.options.StateFile == "" {
		return nil
	}
	data, err := os.ReadFile(c.options.StateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the simulated cloud's state: %w", err)
	}
	if err := json.Unmarshal(data, &c.state); err != nil {
		return fmt.Errorf("the simulated cloud's state %s is not readable: %w; remove the file to start with an empty cloud", c.options.StateFile, err)
	}
	return nil
}

// save replaces the state file in one step.
func (c *Cloud) save() error {
	if c.options.StateFile == "" {
		return nil
	}
	data, err := json.MarshalIndent(c.state, "", " ")
	if err != nil {
		return err
	}
	next, err := os.CreateTemp(filepath.Dir(c.options.StateFile), ".fakecloud-*")
	if err != nil {
		return err
	}
	// After the rename there is no file of this name.
	defer func() { _ = os.Remove(next.Name()) }()
	_, err = next.Write(data)
	if err = errors.Join(err, next.Close()); err != nil {
		return err
	}
	return os.Rename(next.Name(), c.options.StateFile)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
