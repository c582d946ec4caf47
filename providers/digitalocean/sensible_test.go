package digitalocean

import "testing"

func TestSensible(t *testing.T) {
	sale := Catalog{
		Regions: []Region{{Slug: "ams3", Available: true}, {Slug: "fra1"}, {Slug: "nyc1", Available: true}},
		Sizes: []Size{
			{Slug: "tiny", MemoryMB: 256, DiskGB: 10, Regions: []string{"ams3", "nyc1"}},
			{Slug: "narrow", MemoryMB: 512, DiskGB: 5, Regions: []string{"ams3", "nyc1"}},
			{Slug: "fits", MemoryMB: 512, DiskGB: 10, Regions: []string{"nyc1"}},
			{Slug: "large", MemoryMB: 1024, DiskGB: 25, Regions: []string{"ams3", "nyc1"}},
		},
		Images: []Image{{Slug: defaultImage, MinDiskGB: 7}},
	}
	for asked, want := range map[string][2]string{"": {"nyc1", "fits"}, "ams3": {"ams3", "large"}, "nyc1": {"nyc1", "fits"}} {
		region, size, err := sale.Sensible(asked)
		if err != nil || region.Slug != want[0] || size.Slug != want[1] {
			t.Errorf("%q: got %s, %s, %v, want %v", asked, region.Slug, size.Slug, err, want)
		}
	}
	for _, asked := range []string{"fra1", "moon"} {
		if _, _, err := sale.Sensible(asked); err == nil {
			t.Errorf("%q sells something", asked)
		}
	}
}
