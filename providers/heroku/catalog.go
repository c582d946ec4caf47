package heroku

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	api "github.com/heroku/heroku-go/v6"

	"slipway/providers"
)

// What a deployment gets that asks for nothing.
const (
	defaultSize = "basic"
	// defaultScaled is the size of an app of which several dynos of one process run, which
	// Heroku allows from this size on.
	defaultScaled = "standard-1x"
	defaultStack  = "heroku-24"
	defaultRegion = "us"
)

// singles are the sizes of which a process may have one dyno only. The API does not
// tell.
var singles = []string{"eco", "basic"}

// Catalog is what Heroku sells at the moment to apps outside of private spaces. All of
// it comes from the API.
type Catalog struct {
	// Regions are the names of regions, sorted: "eu", "us".
	Regions []string
	// Stacks are the names of stacks, sorted: "heroku-24".
	Stacks []string
	// Sizes are the sizes of dynos, the cheapest first.
	Sizes []Size
}

// Size is a size of dynos.
type Size struct {
	// Name is in lower case: "basic".
	Name string
	// MemoryGB is a dyno's memory.
	MemoryGB float64
	// Monthly and Hourly are prices of one dyno in US dollars.
	Monthly, Hourly float64
	// sold is the name as the API has it.
	sold string
}

// monthHours is how many hours a month's price is spread over: Heroku bills by the
// second.
const monthHours = 720

// price is a price as the API has it.
type price struct {
	Cents int
	Unit  string
}

// monthly and hourly are the price in US dollars.
func (p price) monthly() float64 {
	if p.Unit == "hour" {
		return providers.Rounded(p.hourly()*monthHours, 2)
	}
	return providers.Rounded(float64(p.Cents)/100, 2)
}

func (p price) hourly() float64 {
	if p.Unit == "hour" {
		return providers.Rounded(float64(p.Cents)/100, 5)
	}
	return providers.Rounded(float64(p.Cents)/100/monthHours, 5)
}

// Catalog asks the API what is on sale. Each Provider asks once and keeps the answer.
func (p *Provider) Catalog(ctx context.Context) (Catalog, error) {
	if p.catalog != nil {
		return *p.catalog, nil
	}
	regions, err := list[api.Region](ctx, p, "list the regions", "/regions")
	if err != nil {
		return Catalog{}, err
	}
	stacks, err := list[api.Stack](ctx, p, "list the stacks", "/stacks")
	if err != nil {
		return Catalog{}, err
	}
	// The library's type has no place for the price.
	sizes, err := list[struct {
		Name             string
		Memory           float64
		PrivateSpaceOnly bool `json:"private_space_only"`
		Cost             *price
	}](ctx, p, "list the sizes of dynos", "/dyno-sizes")
	if err != nil {
		return Catalog{}, err
	}
	var c Catalog
	for _, r := range regions {
		if !r.PrivateCapable {
			c.Regions = append(c.Regions, r.Name)
		}
	}
	for _, s := range stacks {
		if strings.HasPrefix(s.Name, "heroku-") {
			c.Stacks = append(c.Stacks, s.Name)
		}
	}
	for _, s := range sizes {
		if !s.PrivateSpaceOnly && s.Cost != nil {
			c.Sizes = append(c.Sizes, Size{Name: strings.ToLower(s.Name), sold: s.Name, MemoryGB: s.Memory, Monthly: s.Cost.monthly(), Hourly: s.Cost.hourly()})
		}
	}
	slices.Sort(c.Regions)
	slices.Sort(c.Stacks)
	slices.SortStableFunc(c.Sizes, func(a, b Size) int { return cmp.Compare(a.Monthly, b.Monthly) })
	p.catalog = &c
	return c, nil
}

// size is what the catalog has under a name.
func (c Catalog) size(name string) (Size, error) {
	at := slices.IndexFunc(c.Sizes, func(s Size) bool { return s.Name == strings.ToLower(name) })
	if at >= 0 {
		return c.Sizes[at], nil
	}
	var names []string
	for _, s := range c.Sizes {
		names = append(names, s.Name)
	}
	return Size{}, &providers.Usage{
		Err: fmt.Errorf("there is no size of dynos %q", name), Next: "choose one with --size: " + strings.Join(names, ", "),
	}
}

// choice is what an app is made of.
type choice struct{ region, stack string }

// choose decides on the region and the stack. What was asked for and can't be had
// is a *providers.Usage that names what can.
func (c Catalog) choose(spec providers.Spec) (choice, error) {
	chosen := choice{region: spec.Region, stack: spec.Image}
	if chosen.region == "" {
		chosen.region = defaultRegion
	}
	if chosen.stack == "" {
		chosen.stack = defaultStack
	}
	if !slices.Contains(c.Regions, chosen.region) {
		return choice{}, &providers.Usage{
			Err: fmt.Errorf("there is no region %q at Heroku for apps like this one", chosen.region), Next: "choose one with --region: " + strings.Join(c.Regions, ", "),
		}
	}
	if !slices.Contains(c.Stacks, chosen.stack) {
		return choice{}, &providers.Usage{
			Err: fmt.Errorf("there is no stack %q at Heroku", chosen.stack), Next: "choose one with --image: " + strings.Join(c.Stacks, ", "),
		}
	}
	return chosen, nil
}

// sizeFor is the size of the dynos of an app of which so many are to run, by process.
func (p *Provider) sizeFor(ctx context.Context, spec providers.Spec, counts map[string]int) (Size, error) {
	sale, err := p.Catalog(ctx)
	if err != nil {
		return Size{}, err
	}
	several := ""
	for process, n := range counts {
		if n > 1 && (several == "" || process < several) {
			several = process
		}
	}
	name := strings.ToLower(spec.Size)
	switch {
	case name == "" && several != "":
		name = defaultScaled
	case name == "":
		name = defaultSize
	case several != "" && slices.Contains(singles, name):
		return Size{}, &providers.Usage{
			Err:  fmt.Errorf("a process of size %s has one dyno at Heroku, and %s is to have %d", name, several, counts[several]),
			Next: "use --size " + defaultScaled + " or a larger one, or one dyno",
		}
	}
	return sale.size(name)
}
