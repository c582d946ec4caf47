package appplatform

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/digitalocean/godo"

	"slipway/providers"
)

// run is how many instances of a component there are, and of which size.
type run struct {
	component, size string
	count           int64
}

// runs are the instances of a spec that go on. Those that follow the load count as few as
// there can be.
func runs(spec *godo.AppSpec) []run {
	if spec == nil {
		return nil
	}
	var all []run
	add := func(name, size string, count int64, scaling *godo.AppAutoscalingSpec) {
		if scaling != nil {
			count = scaling.MinInstanceCount
		}
		all = append(all, run{name, size, max(count, 1)})
	}
	for _, s := range spec.Services {
		add(s.Name, s.InstanceSizeSlug, s.InstanceCount, s.Autoscaling)
	}
	for _, w := range spec.Workers {
		add(w.Name, w.InstanceSizeSlug, w.InstanceCount, w.Autoscaling)
	}
	return all
}

// price is what a spec's instances cost in US dollars, by the month and by the hour. Jobs
// are billed by the second that they run.
func (c *Catalog) price(spec *godo.AppSpec) (monthly, hourly float64) {
	if c == nil {
		return 0, 0
	}
	for _, r := range runs(spec) {
		size, _ := c.size(r.size) // one that is not on sale any more has no price here
		monthly += float64(r.count) * size.Monthly
		hourly += float64(r.count) * size.Hourly
	}
	const digits = 5
	return providers.Rounded(monthly, 2), providers.Rounded(hourly, digits)
}

// instances are what runs, for people: "3 instances of apps-s-1vcpu-1gb for web".
func (in SpecInput) instances() string {
	counts := map[string]int64{}
	for _, r := range runs(AppSpec(in)) {
		counts[r.component] = r.count
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%d for %s", counts[name], name))
	}
	return strings.Join(words, ", ") + " of size " + in.Size
}
