package fakecloud

import "net/http"

// databaseSize is a size of managed databases.
type databaseSize struct{ memoryMiB, storageMiB int }

var databaseSizes = map[string]databaseSize{
	"db-s-1vcpu-1gb": {1024, 10 << 10},
	"db-s-1vcpu-2gb": {2048, 30 << 10},
	"db-s-2vcpu-4gb": {4096, 60 << 10},
	"db-s-4vcpu-8gb": {8192, 140 << 10},
}

var databaseRegions = []string{"ams3", "blr1", "fra1", "lon1", "nyc1", "nyc3", "sfo3", "sgp1", "syd1", "tor1"}

// clusterOffer is what there is of an engine.
type clusterOffer struct {
	versions []string
	nodes    int // the most
}

var clusterOffers = map[string]clusterOffer{
	"pg":     {[]string{"14", "15", "16", "17"}, 3},
	"mysql":  {[]string{"8"}, 3},
	"valkey": {[]string{"8"}, 2},
}

// sizes are those that are sold with a number of nodes: the smallest stands alone.
func (clusterOffer) sizes(nodes int) []string {
	all := []string{"db-s-1vcpu-1gb", "db-s-1vcpu-2gb", "db-s-2vcpu-4gb", "db-s-4vcpu-8gb"}
	if nodes > 1 {
		return all[1:]
	}
	return all
}

func (c *Cloud) getDatabaseOptions(k *call) {
	options, available := map[string]any{}, map[string]any{}
	for engine, offer := range clusterOffers {
		layouts, versions := []map[string]any{}, []map[string]any{}
		for n := 1; n <= offer.nodes; n++ {
			sizes := []string{}
			for _, s := range offer.sizes(n) {
				if s != c.faults.UnlistedSize {
					sizes = append(sizes, s)
				}
			}
			layouts = append(layouts, map[string]any{"num_nodes": n, "sizes": sizes})
		}
		for _, v := range offer.versions {
			versions = append(versions, map[string]any{"version": v, "end_of_life": nil, "end_of_availability": nil})
		}
		options[engine] = map[string]any{"regions": databaseRegions, "versions": offer.versions, "layouts": layouts}
		available[engine] = versions
	}
	k.answer(http.StatusOK, map[string]any{"options": options, "version_availability": available})
}
