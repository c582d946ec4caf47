package fakecloud

import (
	"net/http"
	"slices"
	"strconv"
)

// region, size and image are what the cloud sells. The prices have the rounding errors
// that the real ones have.
type region struct {
	Name      string   `json:"name"`
	Slug      string   `json:"slug"`
	Features  []string `json:"features"`
	Available bool     `json:"available"`
	Sizes     []string `json:"sizes"`
}

type size struct {
	Slug         string   `json:"slug"`
	Memory       int      `json:"memory"`
	VCPUs        int      `json:"vcpus"`
	Disk         int      `json:"disk"`
	Transfer     float64  `json:"transfer"`
	PriceMonthly float64  `json:"price_monthly"`
	PriceHourly  float64  `json:"price_hourly"`
	Regions      []string `json:"regions"`
	Available    bool     `json:"available"`
	Description  string   `json:"description"`
}

type image struct {
	ID            int      `json:"id"`
	Name          string   `json:"name"`
	Type          string   `json:"type"`
	Distribution  string   `json:"distribution"`
	Slug          *string  `json:"slug"`
	Public        bool     `json:"public"`
	Regions       []string `json:"regions"`
	CreatedAt     string   `json:"created_at"`
	MinDiskSize   int      `json:"min_disk_size"`
	SizeGigabytes float64  `json:"size_gigabytes"`
	Description   string   `json:"description"`
	Tags          []string `json:"tags"`
	Status        string   `json:"status"`
}

var regionSlugs = []string{"nyc1", "nyc3", "ams3", "sfo2", "sfo3", "sgp1", "lon1", "fra1", "tor1", "blr1", "syd1"}

var sizes = []size{
	{"s-1vcpu-512mb-10gb", 512, 1, 10, 0.5, 4, 0.00595000013709068, []string{"nyc1", "ams3", "fra1", "sfo3", "sgp1", "syd1"}, true, "Basic"},
	{"s-1vcpu-1gb", 1024, 1, 25, 1, 6, 0.00892999954521656, regionSlugs, true, "Basic"},
	{"s-1vcpu-1gb-amd", 1024, 1, 25, 1, 7, 0.010420000180602074, regionSlugs, true, "Basic AMD"},
	{"s-1vcpu-2gb", 2048, 1, 50, 2, 12, 0.017860000208020210, regionSlugs, true, "Basic"},
	{"s-2vcpu-2gb", 2048, 2, 60, 3, 18, 0.026790000498294830, regionSlugs, true, "Basic"},
	{"s-2vcpu-4gb", 4096, 2, 80, 4, 24, 0.035709999501705170, regionSlugs, true, "Basic"},
	{"s-4vcpu-8gb", 8192, 4, 160, 5, 48, 0.071429997682571410, regionSlugs, true, "Basic"},
	{"c-2", 4096, 2, 25, 4, 42, 0.0625, []string{"nyc3", "fra1", "sfo3"}, true, "CPU-Optimized"},
	{"g-2vcpu-8gb", 8192, 2, 25, 4, 63, 0.09375, []string{}, false, "General Purpose"},
}

var images = []image{
	newImage(101, "debian-13-x64", "13 x64", "Debian"),
	newImage(102, "debian-12-x64", "12 x64", "Debian"),
	newImage(103, "ubuntu-24-04-x64", "24.04 (LTS) x64", "Ubuntu"),
	newImage(104, "ubuntu-22-04-x64", "22.04 (LTS) x64", "Ubuntu"),
	newImage(105, "fedora-42-x64", "42 x64", "Fedora"),
	newImage(106, "centos-stream-9-x64", "Stream 9 x64", "CentOS"),
}

func newImage(id int, slug, name, distribution string) image {
	return image{
		ID: id, Name: name, Type: "base", Distribution: distribution, Slug: &slug, Public: true, Regions: regionSlugs,
		CreatedAt: "2025-09-02T10:00:00Z", MinDiskSize: 7, SizeGigabytes: 1.2, Description: distribution + " " + name,
		Tags: []string{}, Status: "available",
	}
}

var regionNames = map[string]string{
	"nyc1": "New York 1", "nyc3": "New York 3", "ams3": "Amsterdam 3", "sfo2": "San Francisco 2", "sfo3": "San Francisco 3",
	"sgp1": "Singapore 1", "lon1": "London 1", "fra1": "Frankfurt 1", "tor1": "Toronto 1", "blr1": "Bangalore 1", "syd1": "Sydney 1",
}

func regionBySlug(slug string) (region, bool) {
	name, ok := regionNames[slug]
	if !ok {
		return region{}, false
	}
	r := region{
		Name: name, Slug: slug, Available: slug != "sfo2", Sizes: []string{},
		Features: []string{"backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer"},
	}
	for _, s := range sizes {
		if slices.Contains(s.Regions, slug) {
			r.Sizes = append(r.Sizes, s.Slug)
		}
	}
	return r, true
}

func (c *Cloud) sizeBySlug(slug string) (size, bool) {
	for _, s := range sizes {
		if s.Slug == slug {
			return c.onSale(s), true
		}
	}
	return size{}, false
}

// onSale takes a size off sale if a fault says so.
func (c *Cloud) onSale(s size) size {
	if s.Slug == c.faults.UnlistedSize {
		s.Available, s.Regions = false, []string{}
	}
	return s
}

func imageBySlug(slug string) (image, bool) {
	for _, i := range images {
		if *i.Slug == slug || strconv.Itoa(i.ID) == slug {
			return i, true
		}
	}
	return image{}, false
}

func (c *Cloud) imageBySlug(slug string) (image, bool) {
	i, ok := imageBySlug(slug)
	if !ok || *i.Slug == c.faults.WithdrawnImage {
		return image{}, false
	}
	return i, true
}

func (c *Cloud) listRegions(k *call) {
	list := []region{}
	for _, slug := range regionSlugs {
		r, _ := regionBySlug(slug)
		list = append(list, r)
	}
	page(k, "regions", list)
}

func (c *Cloud) listSizes(k *call) {
	list := []size{}
	for _, s := range sizes {
		list = append(list, c.onSale(s))
	}
	page(k, "sizes", list)
}

func (c *Cloud) listImages(k *call) {
	list := []image{}
	for _, i := range images {
		if *i.Slug != c.faults.WithdrawnImage {
			list = append(list, i)
		}
	}
	page(k, "images", list)
}

func (c *Cloud) getImage(k *call) {
	i, ok := c.imageBySlug(k.path("id"))
	if !ok {
		k.notFound()
		return
	}
	k.answer(http.StatusOK, map[string]any{"image": i})
}
