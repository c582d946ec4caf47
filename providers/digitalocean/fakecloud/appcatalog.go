package fakecloud

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/digitalocean/godo"
)

// instanceSize is a size that a component's instances can have.
type instanceSize struct {
	Slug, Name string
	Dedicated  bool
	CPUs       int
	// Memory is in MiB, Price in $ a month, Transfer in GiB.
	Memory   int
	Price    float64
	Transfer int
	// Single tells that a component of this size has one instance only.
	Single bool
}

// instanceSizes are App Platform's, with the prices of its page of November 2026.
var instanceSizes = []instanceSize{
	{"apps-s-1vcpu-0.5gb", "Shared 1 vCPU 0.5 GB, fixed", false, 1, 512, 5, 50, true},
	{"apps-s-1vcpu-1gb-fixed", "Shared 1 vCPU 1 GB, fixed", false, 1, 1024, 10, 100, true},
	{"apps-s-1vcpu-1gb", "Shared 1 vCPU 1 GB", false, 1, 1024, 12, 150, false},
	{"apps-s-1vcpu-2gb", "Shared 1 vCPU 2 GB", false, 1, 2048, 25, 200, false},
	{"apps-s-2vcpu-4gb", "Shared 2 vCPU 4 GB", false, 2, 4096, 50, 250, false},
	{"apps-d-1vcpu-0.5gb", "Dedicated 1 vCPU 0.5 GB", true, 1, 512, 29, 100, false},
	{"apps-d-1vcpu-1gb", "Dedicated 1 vCPU 1 GB", true, 1, 1024, 34, 200, false},
	{"apps-d-1vcpu-2gb", "Dedicated 1 vCPU 2 GB", true, 1, 2048, 39, 300, false},
	{"apps-d-1vcpu-4gb", "Dedicated 1 vCPU 4 GB", true, 1, 4096, 49, 400, false},
	{"apps-d-2vcpu-4gb", "Dedicated 2 vCPU 4 GB", true, 2, 4096, 78, 500, false},
	{"apps-d-2vcpu-8gb", "Dedicated 2 vCPU 8 GB", true, 2, 8192, 98, 600, false},
	{"apps-d-4vcpu-8gb", "Dedicated 4 vCPU 8 GB", true, 4, 8192, 156, 700, false},
	{"apps-d-4vcpu-16gb", "Dedicated 4 vCPU 16 GB", true, 4, 16384, 196, 800, false},
	{"apps-d-8vcpu-32gb", "Dedicated 8 vCPU 32 GB", true, 8, 32768, 392, 900, false},
}

func instanceSizeBySlug(slug string) (instanceSize, bool) {
	for _, s := range instanceSizes {
		if s.Slug == slug {
			return s, true
		}
	}
	return instanceSize{}, false
}

// InstanceMemory is the memory in bytes of an instance of App Platform of a size; 0 if
// there is no such size.
func InstanceMemory(slug string) int64 {
	s, _ := instanceSizeBySlug(slug)
	return int64(s.Memory) << 20
}

// InstanceCPUs is the number of CPUs of an instance of a size; 1 if there is no such size.
func InstanceCPUs(slug string) int {
	s, _ := instanceSizeBySlug(slug)
	return max(s.CPUs, 1)
}

func (s instanceSize) json() map[string]any {
	kind, tier := "SHARED", "basic"
	if s.Dedicated {
		kind, tier = "DEDICATED", "professional"
	}
	const secondsOfMonth = 28 * 24 * 3600
	return map[string]any{
		"name": s.Name, "slug": s.Slug, "cpu_type": kind, "cpus": strconv.Itoa(s.CPUs), "memory_bytes": strconv.Itoa(s.Memory << 20),
		"usd_per_month": fmt.Sprintf("%.2f", s.Price), "usd_per_second": fmt.Sprintf("%.10f", s.Price/secondsOfMonth),
		"tier_slug": tier, "scalable": s.Dedicated, "single_instance_only": s.Single,
		"bandwidth_allowance_gib": strconv.Itoa(s.Transfer),
	}
}

func (c *Cloud) listInstanceSizes(k *call) {
	list := []map[string]any{}
	for _, s := range instanceSizes {
		list = append(list, s.json())
	}
	k.answer(http.StatusOK, map[string]any{"discount_percent": 0, "instance_sizes": list})
}

func (c *Cloud) getInstanceSize(k *call) {
	s, ok := instanceSizeBySlug(k.path("slug"))
	if !ok {
		k.notFound()
		return
	}
	k.answer(http.StatusOK, map[string]any{"instance_size": s.json()})
}

// monthly is what an app's instances cost, in $ a month; of a component that scales by
// itself the least.
func monthly(spec *godo.AppSpec) float64 {
	total := 0.0
	add := func(slug string, count int64, scaling *godo.AppAutoscalingSpec) {
		if scaling != nil {
			count = scaling.MinInstanceCount
		}
		s, _ := instanceSizeBySlug(slug)
		total += s.Price * float64(count)
	}
	for _, s := range spec.Services {
		add(s.InstanceSizeSlug, s.InstanceCount, s.Autoscaling)
	}
	for _, w := range spec.Workers {
		add(w.InstanceSizeSlug, w.InstanceCount, w.Autoscaling)
	}
	return total
}

// appRegion is where App Platform runs apps.
type appRegion struct{ Slug, Label, Flag, Continent, Centre string }

var appRegions = []appRegion{
	{"nyc", "New York", "usa", "North America", "nyc3"}, {"atl", "Atlanta", "usa", "North America", "atl1"},
	{"sfo", "San Francisco", "usa", "North America", "sfo3"}, {"tor", "Toronto", "canada", "North America", "tor1"},
	{"ams", "Amsterdam", "netherlands", "Europe", "ams3"}, {"fra", "Frankfurt", "germany", "Europe", "fra1"},
	{"lon", "London", "uk", "Europe", "lon1"}, {"blr", "Bangalore", "india", "Asia", "blr1"},
	{"sgp", "Singapore", "singapore", "Asia", "sgp1"}, {"syd", "Sydney", "australia", "Australia", "syd1"},
}

func (c *Cloud) appRegion(slug string) (map[string]any, bool) {
	for _, r := range appRegions {
		if r.Slug != slug {
			continue
		}
		shown := map[string]any{
			"slug": r.Slug, "label": r.Label, "flag": r.Flag, "continent": r.Continent, "data_centers": []string{r.Centre},
			"default": r.Slug == "nyc", "disabled": r.Slug == c.faults.ClosedRegion,
		}
		if r.Slug == c.faults.ClosedRegion {
			shown["reason"] = "no capacity for new apps"
		}
		return shown, true
	}
	return nil, false
}

func (c *Cloud) listAppRegions(k *call) {
	list := []map[string]any{}
	for _, r := range appRegions {
		shown, _ := c.appRegion(r.Slug)
		list = append(list, shown)
	}
	k.answer(http.StatusOK, map[string]any{"regions": list})
}
