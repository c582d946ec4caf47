package digitalocean

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// Catalog is what DigitalOcean sells at the moment, with prices. All of it comes
// from the API.
type Catalog struct {
	Regions []Region
	Sizes   []Size
	Images  []Image
}

// Region is a place where droplets run.
type Region struct {
	Slug, Name string
	// Available is false for a region that takes no new droplets.
	Available bool
}

// Size is a droplet plan.
type Size struct {
	Slug, Description string
	// MemoryMB, VCPUs and DiskGB are what a droplet of this size has.
	MemoryMB, VCPUs, DiskGB int
	// TransferTB is the traffic in TB a month that the price includes.
	TransferTB float64
	// Monthly and Hourly are prices in US dollars, rounded: the API's numbers have
	// rounding errors.
	Monthly, Hourly float64
	// GPU is true for a droplet with graphics processors.
	GPU bool
	// SoldOut is true if no region sells it.
	SoldOut bool
	// Regions are the slugs of the regions that sell it.
	Regions []string
}

// SoldIn tells whether the region with that slug sells the size.
func (s Size) SoldIn(region string) bool { return !s.SoldOut && slices.Contains(s.Regions, region) }

// Image is a distribution that a droplet can start from.
type Image struct {
	// Slug names it. An image without a slug, such as a snapshot, has its number here.
	Slug, Name, Distribution string
	// MinDiskGB is the size of the smallest disk that it fits on, in GB.
	MinDiskGB int
	// Regions are the slugs of the regions that have it.
	Regions []string
}

// defaultImage is the image of a deployment that asks for none.
const defaultImage = "debian-13-x64"

// leastMemoryMB is how much memory the default size must have at least.
const leastMemoryMB = 512

// preferredRegions are tried in this order if no region is asked for. They sell the
// smallest sizes.
var preferredRegions = []string{"fra1", "nyc1", "ams3", "sfo3", "sgp1", "syd1", "lon1", "nyc3", "tor1", "blr1"}

// Catalog asks the API what is on sale. Each Provider asks once and keeps the answer.
func (p *Provider) Catalog(ctx context.Context) (Catalog, error) {
	if p.catalog != nil {
		return *p.catalog, nil
	}
	regions, err := account.EveryPage(ctx, p.api, "list the regions", func(ctx context.Context, n int) ([]godo.Region, *godo.Response, error) {
		return p.api.Regions.List(ctx, account.FullPage(n))
	})
	if err != nil {
		return Catalog{}, err
	}
	sizes, err := account.EveryPage(ctx, p.api, "list the sizes", func(ctx context.Context, n int) ([]godo.Size, *godo.Response, error) {
		return p.api.Sizes.List(ctx, account.FullPage(n))
	})
	if err != nil {
		return Catalog{}, err
	}
	images, err := account.EveryPage(ctx, p.api, "list the images", func(ctx context.Context, n int) ([]godo.Image, *godo.Response, error) {
		return p.api.Images.ListDistribution(ctx, account.FullPage(n))
	})
	if err != nil {
		return Catalog{}, err
	}
	p.catalog = &Catalog{Regions: regionList(regions), Sizes: sizeList(sizes), Images: imageList(images)}
	return *p.catalog, nil
}

func regionList(all []godo.Region) []Region {
	var list []Region
	for _, r := range all {
		list = append(list, Region{Slug: r.Slug, Name: r.Name, Available: r.Available})
	}
	slices.SortFunc(list, func(a, b Region) int { return strings.Compare(a.Slug, b.Slug) })
	return list
}

func sizeList(all []godo.Size) []Size {
	var list []Size
	for _, s := range all {
		list = append(list, sizeOf(s))
	}
	slices.SortStableFunc(list, func(a, b Size) int {
		return cmp.Or(cmp.Compare(a.Monthly, b.Monthly), cmp.Compare(a.MemoryMB, b.MemoryMB), strings.Compare(a.Slug, b.Slug))
	})
	return list
}

func sizeOf(s godo.Size) Size {
	return Size{
		Slug: s.Slug, Description: s.Description, MemoryMB: s.Memory, VCPUs: s.Vcpus, DiskGB: s.Disk, TransferTB: s.Transfer,
		Monthly: cents(s.PriceMonthly), Hourly: providers.Rounded(s.PriceHourly, 5),
		GPU: s.GPUInfo != nil || isGPU(s.Slug), SoldOut: !s.Available || len(s.Regions) == 0, Regions: s.Regions,
	}
}

func imageList(all []godo.Image) []Image {
	var list []Image
	for _, i := range all {
		if i.Slug != "" && i.Status != "retired" && i.Status != "deleted" {
			list = append(list, imageOf(i))
		}
	}
	slices.SortFunc(list, func(a, b Image) int { return strings.Compare(a.Slug, b.Slug) })
	return list
}

func imageOf(i godo.Image) Image {
	slug := i.Slug
	if slug == "" {
		slug = strconv.Itoa(i.ID)
	}
	return Image{Slug: slug, Name: i.Name, Distribution: i.Distribution, MinDiskGB: i.MinDiskSize, Regions: i.Regions}
}

func cents(dollars float64) float64 { return providers.Rounded(dollars, 2) }

// choice is what a droplet is to be made of. All of it is on sale.
type choice struct {
	region Region
	size   Size
	image  Image
}

// choose decides on region, size and image. What was asked for and can't be had
// is a *providers.Usage that names what can.
func (p *Provider) choose(ctx context.Context, spec providers.Spec) (choice, error) {
	sale, err := p.Catalog(ctx)
	if err != nil {
		return choice{}, err
	}
	image, err := p.image(ctx, sale, spec.Image)
	if err != nil {
		return choice{}, err
	}
	if spec.Region == "" && p.options.VPC != "" {
		vpc, err := p.vpc(ctx)
		if err != nil {
			return choice{}, err
		}
		spec.Region = vpc.RegionSlug
	}
	if spec.Region != "" {
		region, err := sale.region(spec.Region)
		if err != nil {
			return choice{}, err
		}
		size, err := sale.size(spec.Size, region, image)
		return choice{region, size, image}, err
	}
	return sale.anywhere(spec, image)
}

// anywhere chooses the first region that sells what was asked for.
func (c Catalog) anywhere(spec providers.Spec, image Image) (choice, error) {
	var first error
	for _, slug := range c.regionOrder() {
		region, err := c.region(slug)
		if err != nil {
			continue
		}
		size, err := c.size(spec.Size, region, image)
		if err == nil {
			return choice{region, size, image}, nil
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		first = &providers.Refused{Err: fmt.Errorf("no region takes new droplets at the moment"), Next: "see " + account.StatusPage + " and try again later"}
	}
	return choice{}, first
}

func (c Catalog) regionOrder() []string {
	order := slices.Clone(preferredRegions)
	for _, r := range c.Regions {
		if !slices.Contains(order, r.Slug) {
			order = append(order, r.Slug)
		}
	}
	return order
}

func (c Catalog) region(slug string) (Region, error) {
	var open []string
	for _, r := range c.Regions {
		if r.Slug == slug && r.Available {
			return r, nil
		}
		if r.Available {
			open = append(open, r.Slug)
		}
	}
	return Region{}, &providers.Usage{
		Err:  fmt.Errorf("the region %q does not exist or takes no new droplets", slug),
		Next: "choose one with --region: " + strings.Join(open, ", "),
	}
}

// size is the size that was asked for, or else the cheapest one that the region
// sells and that is big enough.
func (c Catalog) size(slug string, region Region, image Image) (Size, error) {
	if slug == "" {
		for _, s := range c.Sizes {
			if s.SoldIn(region.Slug) && s.MemoryMB >= leastMemoryMB && s.DiskGB >= image.MinDiskGB {
				return s, nil
			}
		}
		return Size{}, &providers.Refused{
			Err: fmt.Errorf("%s sells no droplet size at the moment", region.Slug), Next: "choose another region with --region",
		}
	}
	at := slices.IndexFunc(c.Sizes, func(s Size) bool { return s.Slug == slug })
	switch {
	case at < 0:
		return Size{}, &providers.Usage{Err: fmt.Errorf("there is no droplet size %q", slug), Next: c.sizesIn(region, image.MinDiskGB)}
	case !c.Sizes[at].SoldIn(region.Slug):
		return Size{}, &providers.Usage{
			Err:  fmt.Errorf("the size %s is not sold in %s at the moment", slug, region.Slug),
			Next: c.sizesIn(region, image.MinDiskGB) + c.regionsWith(c.Sizes[at]),
		}
	case c.Sizes[at].DiskGB < image.MinDiskGB:
		return Size{}, &providers.Usage{
			Err:  fmt.Errorf("the image %s needs a disk of %d GB, the size %s has %d", image.Slug, image.MinDiskGB, slug, c.Sizes[at].DiskGB),
			Next: c.sizesIn(region, image.MinDiskGB),
		}
	}
	return c.Sizes[at], nil
}

// sizesIn is a hint with the cheapest sizes of a region that have at least such a disk.
func (c Catalog) sizesIn(region Region, leastDiskGB int) string {
	const enough = 6
	var slugs []string
	for _, s := range c.Sizes {
		if s.SoldIn(region.Slug) && s.DiskGB >= leastDiskGB && len(slugs) < enough {
			slugs = append(slugs, s.Slug)
		}
	}
	return fmt.Sprintf("choose one with --size; the cheapest in %s: %s", region.Slug, strings.Join(slugs, ", "))
}

func (c Catalog) regionsWith(s Size) string {
	if s.SoldOut {
		return ""
	}
	return fmt.Sprintf("; %s is sold in: %s", s.Slug, strings.Join(s.Regions, ", "))
}

// image is the image that was asked for, by slug or number, or the default one.
func (p *Provider) image(ctx context.Context, sale Catalog, slug string) (Image, error) {
	if slug == "" {
		slug = defaultImage
	}
	at := slices.IndexFunc(sale.Images, func(i Image) bool { return i.Slug == slug })
	if at >= 0 {
		return sale.Images[at], nil
	}
	// A snapshot or a custom image is in no list of distributions.
	if number, err := strconv.Atoi(slug); err == nil {
		found, err := account.Whole(p.api.Images.GetByID(ctx, number))
		if err = p.api.Plain(err); err == nil {
			return imageOf(*found), nil
		}
		if !rest.IsNotFound(err) {
			return Image{}, p.api.Failed("look for the image "+slug, err)
		}
	}
	var usual []string
	for _, i := range sale.Images {
		if i.Distribution == "Debian" || i.Distribution == "Ubuntu" {
			usual = append(usual, i.Slug)
		}
	}
	return Image{}, &providers.Usage{
		Err:  fmt.Errorf("the image %q is not (or no longer) offered by DigitalOcean", slug),
		Next: "choose one with --image: " + strings.Join(usual, ", "),
	}
}
