package digitalocean

import (
	"testing"

	"slipway/providers"
)

func TestSizes(t *testing.T) {
	p := &Provider{catalog: &Catalog{
		Regions: []Region{{Slug: "nyc1", Available: true}},
		Sizes: []Size{
			{Slug: "least", MemoryMB: 512, DiskGB: 10, Monthly: 4, Regions: []string{"nyc1"}},
			{Slug: "elsewhere", MemoryMB: 1024, DiskGB: 25, Monthly: 5, Regions: []string{"ams3"}},
			{Slug: "sold out", MemoryMB: 1024, DiskGB: 25, Monthly: 5, Regions: []string{"nyc1"}, SoldOut: true},
			{Slug: "larger", MemoryMB: 1024, DiskGB: 25, Monthly: 6, Regions: []string{"nyc1"}},
		},
		Images: []Image{{Slug: defaultImage, MinDiskGB: 7, Regions: []string{"nyc1"}}},
	}}
	for leastMB, want := range map[int]string{400: "least", 513: "larger", 4096: ""} {
		size, bigger, err := p.Sizes(t.Context(), providers.Spec{}, leastMB)
		if err != nil || size.Name != "least" || size.MemoryMB != 512 || bigger.Name != want {
			t.Errorf("%d MB: got %+v, %+v, %v, want %q", leastMB, size, bigger, err, want)
		}
	}
}
