package answers

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"slipway/providers/appplatform"
	"slipway/providers/digitalocean"
	"slipway/providers/heroku"
	"slipway/steps"
	"slipway/steps/engine"
)

// Catalog is what a provider that rents sells at the moment.
type Catalog struct {
	// Regions are in the provider's order, Sizes begin with the cheapest.
	Regions []Region
	Sizes   []Size
	// Region is the ID of the one that is offered first; empty if none is on sale.
	Region string
	// sensible is the size that is offered first, by region.
	sensible map[string]string
}

// Region is where a provider rents.
type Region struct {
	// ID is the provider's slug, Name what people call it; it may be empty.
	ID, Name string
	// From is what the cheapest that fits costs there in US dollars a month.
	From float64
	// Why says why nothing can be rented there; empty if something can.
	Why string
}

// Size is what a provider rents. What is 0 is not told.
type Size struct {
	// ID is the provider's slug.
	ID string
	// Monthly is its price in US dollars.
	Monthly                 float64
	MemoryMB, VCPUs, DiskGB int

	// single is set if there can be one instance of it only, fixed if their number can't
	// follow the load.
	single, fixed bool
	why           func(region string) string
}

// Why says why the size can't be rented in a region, or not as often as --instances asks
// for; empty if it can.
func (s Size) Why(region, instances string) string {
	_, _, follows := strings.Cut(instances, "..")
	switch {
	case s.single && instances != "" && instances != "1":
		return "there can be one instance of it only"
	case s.fixed && follows:
		return "the number of its instances can't follow the load"
	case s.why == nil:
		return ""
	}
	return s.why(region)
}

// Sensible is the ID of the size that is offered first in a region for so many instances;
// empty if none is on sale there.
func (c Catalog) Sensible(region, instances string) string {
	first := c.sensible[region]
	for _, s := range c.Sizes {
		if s.ID == first && s.Why(region, instances) == "" {
			return first
		}
	}
	for _, s := range c.Sizes {
		if first != "" && s.Why(region, instances) == "" {
			return s.ID
		}
	}
	return first
}

// FetchCatalog asks a provider whether it accepts the token, and what it sells.
func FetchCatalog(ctx context.Context, provider string, open engine.OpenProvider) (Catalog, error) {
	opened, err := steps.CheckProvider(ctx, provider, "", open)
	if err != nil {
		return Catalog{}, err
	}
	switch rents := opened.(type) {
	case *digitalocean.Provider:
		sold, err := rents.Catalog(ctx)
		return OfDigitalOcean(sold), err
	case *heroku.Provider:
		sold, err := rents.Catalog(ctx)
		return OfHeroku(sold), err
	case *appplatform.Provider:
		sold, err := rents.Catalog(ctx)
		return OfAppPlatform(sold), err
	}
	return Catalog{}, fmt.Errorf("%s has no catalog", opened.Name())
}

// OfDigitalOcean is DigitalOcean's catalog of droplets.
func OfDigitalOcean(sold digitalocean.Catalog) Catalog {
	c := Catalog{sensible: map[string]string{}}
	if best, _, err := sold.Sensible(""); err == nil {
		c.Region = best.Slug
	}
	for _, r := range sold.Regions {
		region := Region{ID: r.Slug, Name: r.Name}
		_, size, err := sold.Sensible(r.Slug)
		if err == nil {
			region.From, c.sensible[r.Slug] = size.Monthly, size.Slug
		}
		switch {
		case !r.Available:
			region.Why = "takes no new droplets at the moment"
		case err != nil:
			region.Why = "sells no droplet at the moment"
		}
		c.Regions = append(c.Regions, region)
	}
	for _, s := range sold.Sizes {
		c.Sizes = append(c.Sizes, Size{ID: s.Slug, Monthly: s.Monthly, MemoryMB: s.MemoryMB, VCPUs: s.VCPUs, DiskGB: s.DiskGB,
			why: func(region string) string {
				switch {
				case s.SoldOut:
					return "sold out everywhere"
				case !s.SoldIn(region):
					return "sold out in " + region
				}
				return ""
			}})
	}
	return c
}

// herokuRegions are what Heroku's regions are called.
var herokuRegions = map[string]string{"us": "United States", "eu": "Europe"}

// OfHeroku is Heroku's catalog of dynos, which are the same in all its regions.
func OfHeroku(sold heroku.Catalog) Catalog {
	c := Catalog{sensible: map[string]string{}}
	first, size := sold.Sensible()
	from := math.Inf(1)
	for _, s := range sold.Sizes {
		from = min(from, s.Monthly)
		c.Sizes = append(c.Sizes, Size{ID: s.Name, Monthly: s.Monthly, MemoryMB: int(s.MemoryGB * 1024)})
	}
	for _, id := range sold.Regions {
		region := Region{ID: id, Name: herokuRegions[id], From: from}
		if len(sold.Sizes) == 0 {
			region.From, region.Why = 0, "sells no dyno at the moment"
		}
		c.Regions = append(c.Regions, region)
		c.sensible[id] = size
	}
	if slices.Contains(sold.Regions, first) {
		c.Region = first
	}
	return c
}

// OfAppPlatform is App Platform's catalog of instances, which are the same in all its
// regions.
func OfAppPlatform(sold appplatform.Catalog) Catalog {
	c := Catalog{sensible: map[string]string{}}
	first, size := sold.Sensible()
	from := math.Inf(1)
	for _, s := range sold.Sizes {
		from = min(from, s.Monthly)
		cpus, _ := strconv.Atoi(s.CPUs) // without it, none is told
		c.Sizes = append(c.Sizes, Size{ID: s.Slug, Monthly: s.Monthly, MemoryMB: s.MemoryMB, VCPUs: cpus, single: s.Single, fixed: !s.Scalable})
	}
	for _, r := range sold.Regions {
		region := Region{ID: r.Slug, Name: r.Name, From: from}
		if len(sold.Sizes) == 0 {
			region.From, region.Why = 0, "sells no instances at the moment"
		}
		c.Regions = append(c.Regions, region)
		c.sensible[r.Slug] = size
		if r.Slug == first {
			c.Region = first
		}
	}
	return c
}
