package appplatform

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/digitalocean/godo"

	"slipway/providers"
)

// Catalog is what App Platform sells at the moment. All of it comes from the API.
type Catalog struct {
	// Regions are those that take apps.
	Regions []Region
	// Sizes are the sizes of instances, the cheapest first.
	Sizes []Size
}

// Region is a place where apps run.
type Region struct {
	// Slug is "fra", Name "Frankfurt".
	Slug, Name string
	// DataCenters are the names that droplets and databases know it by: "fra1".
	DataCenters []string
	// Nearest is set for the one that an app gets which asks for none.
	Nearest bool
}

// Size is a size of instances.
type Size struct {
	// Slug is "apps-s-1vcpu-0.5gb".
	Slug string
	// MemoryMB is an instance's memory.
	MemoryMB int
	// CPUs is how many processors an instance has; they are its own if Dedicated.
	CPUs      string
	Dedicated bool
	// Single is set if there can be one instance of it only, Scalable if the number of
	// instances can follow the load.
	Single, Scalable bool
	// Monthly and Hourly are prices of one instance in US dollars.
	Monthly, Hourly float64
}

// Catalog asks the API what is on sale. Each Provider asks once and keeps the answer.
func (p *Provider) Catalog(ctx context.Context) (Catalog, error) {
	if p.catalog != nil {
		return *p.catalog, nil
	}
	regions, _, err := p.api.Apps.ListRegions(ctx)
	if err != nil {
		return Catalog{}, p.failed("list App Platform's regions", err)
	}
	sizes, _, err := p.api.Apps.ListInstanceSizes(ctx)
	if err != nil {
		return Catalog{}, p.failed("list the sizes of instances", err)
	}
	var c Catalog
	for _, r := range regions {
		if !r.Disabled {
			c.Regions = append(c.Regions, Region{Slug: r.Slug, Name: r.Label, DataCenters: r.DataCenters, Nearest: r.Default})
		}
	}
	for _, s := range sizes {
		if size, ok := sizeOf(s); ok {
			c.Sizes = append(c.Sizes, size)
		}
	}
	slices.SortStableFunc(c.Sizes, func(a, b Size) int { return cmp.Compare(a.Monthly, b.Monthly) })
	p.catalog = &c
	return c, nil
}

// sizeOf reads a size as the API has it; ok is false for one that goes out of sale.
func sizeOf(s *godo.AppInstanceSize) (size Size, ok bool) {
	monthly, err := strconv.ParseFloat(s.USDPerMonth, 64)
	if err != nil || s.DeprecationIntent {
		return Size{}, false
	}
	memory, err := strconv.ParseInt(s.MemoryBytes, 10, 64)
	if err != nil {
		return Size{}, false
	}
	perSecond, _ := strconv.ParseFloat(s.USDPerSecond, 64) // without it, the month's price tells
	const secondsAnHour = 3600
	hourly := perSecond * secondsAnHour
	if hourly == 0 {
		hourly = monthly / hoursAMonth
	}
	return Size{
		Slug: s.Slug, MemoryMB: int(memory >> 20), CPUs: s.CPUs, Dedicated: s.CPUType == godo.AppInstanceSizeCPUType_Dedicated,
		Single: s.SingleInstanceOnly, Scalable: s.Scalable, Monthly: providers.Rounded(monthly, 2), Hourly: providers.Rounded(hourly, hourlyDigits),
	}, true
}

// hourlyDigits is how many digits a price by the hour has behind its point.
const hourlyDigits = 5

// region is where an app runs that asks for spec.Region: by App Platform's own name, or by
// that of a data centre. One that is not there is a *providers.Usage.
func (c Catalog) region(spec providers.Spec) (Region, error) {
	var slugs []string
	for _, r := range c.Regions {
		if r.Slug == spec.Region || slices.Contains(r.DataCenters, spec.Region) || spec.Region == "" && r.Nearest {
			return r, nil
		}
		slugs = append(slugs, r.Slug)
	}
	if spec.Region == "" && len(c.Regions) > 0 {
		return c.Regions[0], nil
	}
	return Region{}, &providers.Usage{
		Err: fmt.Errorf("there is no region %q of App Platform, or it takes no apps", spec.Region), Next: "choose one with --region: " + strings.Join(slugs, ", "),
	}
}

// size is what the catalog has under a slug; ok is false if it is not on sale.
func (c Catalog) size(slug string) (size Size, ok bool) {
	at := slices.IndexFunc(c.Sizes, func(s Size) bool { return s.Slug == slug })
	if at < 0 {
		return Size{}, false
	}
	return c.Sizes[at], true
}

// several tells which process of an app is to have several instances, and up to how many;
// "" if none is.
func several(app providers.App) (process string, most int, scaled bool) {
	if least := app.Counts[webComponent]; app.MostWeb > max(least, 1) {
		return webComponent, app.MostWeb, true
	}
	for name, n := range app.Counts {
		_, runs := app.Processes[name]
		if n > 1 && (runs || name == webComponent) && (process == "" || name < process) {
			process, most = name, n
		}
	}
	return process, most, false
}

// sizeFor is the size of an app's instances: what was asked for, or the cheapest one that
// can be had as often as the app wants. A size that can't is a *providers.Usage.
func (c Catalog) sizeFor(asked string, app providers.App) (Size, error) {
	process, most, scaled := several(app)
	fits := func(s Size) bool { return (process == "" || !s.Single) && (!scaled || s.Scalable) }
	var cheapest Size
	if at := slices.IndexFunc(c.Sizes, fits); at >= 0 {
		cheapest = c.Sizes[at]
	}
	if asked == "" {
		if cheapest.Slug == "" {
			return Size{}, &providers.Failed{Err: fmt.Errorf("no size is sold at App Platform of which there can be %d instances", max(most, 1)), Next: again}
		}
		return cheapest, nil
	}
	size, ok := c.size(asked)
	next := fmt.Sprintf("use --size %s (%s for each instance) or a larger one", cheapest.Slug, providers.AMonth(cheapest.Monthly))
	switch {
	case !ok:
		var slugs []string
		for _, s := range c.Sizes {
			slugs = append(slugs, s.Slug)
		}
		return Size{}, &providers.Usage{Err: fmt.Errorf("there is no size of instances %q", asked), Next: "choose one with --size: " + strings.Join(slugs, ", ")}
	case fits(size):
		return size, nil
	case scaled:
		return Size{}, &providers.Usage{Err: fmt.Errorf("the size %s is too small: the number of its instances can't follow the load", asked), Next: next + ", or give one number with --instances"}
	}
	return Size{}, &providers.Usage{Err: fmt.Errorf("the size %s is too small: there can be one instance of it, and %s is to have %d", asked, process, most), Next: next + ", or one instance"}
}

// Sensible are the region and the size of an app that asks for neither; empty if nothing
// is on sale.
func (c Catalog) Sensible() (region, size string) {
	if r, err := c.region(providers.Spec{}); err == nil {
		region = r.Slug
	}
	if s, err := c.sizeFor("", providers.App{}); err == nil {
		size = s.Slug
	}
	return region, size
}
