package wizard

import (
	"context"
	"errors"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean"
	"slipway/providers/heroku"
	"slipway/state"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// shelf is a provider that makes nothing: its machine is there or fails.
type shelf struct {
	plan   plan.Plan
	broken error
}

func (s *shelf) Name() string                                { return "local" }
func (s *shelf) Check(context.Context, providers.Spec) error { return nil }
func (s *shelf) Resources(providers.Spec) []providers.Resource {
	return []providers.Resource{&thing{s}}
}
func (s *shelf) Destroy(context.Context, providers.Spec, func(string)) error { return nil }
func (s *shelf) Server(context.Context, providers.Spec) (providers.Server, error) {
	return providers.Server{}, providers.ErrNoServer
}
func (s *shelf) Holdings(context.Context, providers.Spec) ([]providers.Holding, error) {
	return []providers.Holding{{Kind: "machine", ID: "m-1", Detail: "debian-13", Monthly: 4}}, nil
}

type thing struct{ shelf *shelf }

func (*thing) Kind() string           { return "machine" }
func (*thing) Title() string          { return "a machine" }
func (*thing) Phase() providers.Phase { return providers.PhaseBoot }
func (*thing) Look(context.Context, time.Time) (providers.Finding, error) {
	return providers.Finding{Changes: []providers.Change{{What: "make the machine", Monthly: 4, Hourly: 0.00595}}}, nil
}
func (t *thing) Make(context.Context, func(string)) error { return t.shelf.broken }

// errBroken is why the shelf makes nothing.
var errBroken = errors.New("the shelf is empty")

func open(steps.Operator) engine.OpenProvider {
	return func(plan plan.Plan, _ string) (providers.Provider, error) {
		return &shelf{plan: plan, broken: errBroken}, nil
	}
}

var catalog = digitalocean.Catalog{
	Regions: []digitalocean.Region{{Slug: "ams3", Name: "Amsterdam 3", Available: true}, {Slug: "fra1", Name: "Frankfurt 1", Available: true},
		{Slug: "nyc2", Name: "New York 2"}, {Slug: "nyc3", Name: "New York 3", Available: true}},
	Sizes: []digitalocean.Size{
		{Slug: "s-1vcpu-512mb-10gb", MemoryMB: 512, VCPUs: 1, DiskGB: 10, Monthly: 4, Hourly: 0.00595, Regions: []string{"ams3", "fra1", "nyc3"}},
		{Slug: "s-1vcpu-1gb", MemoryMB: 1024, VCPUs: 1, DiskGB: 25, Monthly: 6, Hourly: 0.00893, Regions: []string{"ams3", "nyc3"}},
		{Slug: "s-1vcpu-2gb", MemoryMB: 2048, VCPUs: 1, DiskGB: 50, Monthly: 12, Hourly: 0.01786, Regions: []string{"ams3", "fra1", "nyc3"}},
		{Slug: "s-2vcpu-4gb", MemoryMB: 4096, VCPUs: 2, DiskGB: 80, Monthly: 24, SoldOut: true}},
	Images: []digitalocean.Image{{Slug: "debian-13-x64", MinDiskGB: 7}},
}

var dynos = heroku.Catalog{Regions: []string{"eu", "us"}, Sizes: []heroku.Size{
	{Name: "eco", MemoryGB: 0.5, Monthly: 5, Hourly: 0.00694}, {Name: "basic", MemoryGB: 0.5, Monthly: 7, Hourly: 0.00972},
	{Name: "standard-1x", MemoryGB: 0.5, Monthly: 25, Hourly: 0.03472}}}

// keepRecord puts an unfinished deployment on record.
func keepRecord(t *testing.T, home state.Home, name, app string) {
	t.Helper()
	d, err := home.Open(name, noon)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.Update(func(r *state.Record) {
		r.Settings = map[string]string{"app": app, "name": name, "provider": "local"}
	})
	if err != nil {
		t.Fatal(err)
	}
}
