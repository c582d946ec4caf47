package service

import (
	"fmt"
	"strings"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/plan"
)

// Percent is how much of the server's memory is meant for the databases of a plan, in
// percent: the app gets so much less.
func Percent(p plan.Plan) int {
	percent := 0
	for _, k := range of(p) {
		percent += k.percent
	}
	return percent
}

const (
	// appMB is what the system, nginx and a small web app need, processMB what a process
	// beside the web app needs.
	appMB, processMB = 380, 60
	// kernelPercent is how much of a server's memory the kernel doesn't count as its own: one
	// that is sold with 512 MB tells of 460.
	kernelPercent = 10
)

// Least is how many megabytes a server should be sold with for the app and the databases of
// a plan. An app, nginx and PostgreSQL fit into 512 MB.
func Least(p plan.Plan) int {
	megabytes := appMB + processMB*len(p.ProcessNames())
	for _, k := range of(p) {
		megabytes += k.least
	}
	return megabytes
}

// TooSmall is a sentence for people if a server that is sold with so many megabytes is small
// for the databases of a plan; empty if it is not, or the size is not known (0). bigger is
// a size that is enough; without a name none is known.
func TooSmall(p plan.Plan, memory int, bigger providers.Size) string {
	if len(of(p)) == 0 || memory == 0 || memory >= Least(p) {
		return ""
	}
	var titles []string
	for _, k := range of(p) {
		titles = append(titles, k.title)
	}
	said := fmt.Sprintf("%d MB of memory are little for the app and %s beside it; %d MB are enough", memory, strings.Join(titles, " and "), Least(p))
	if bigger.Name != "" {
		said += fmt.Sprintf(": --size %s has %d MB and costs %s", bigger.Name, bigger.MemoryMB, providers.AMonth(bigger.Monthly))
	}
	return said
}

// tooSmall is the same for a server that is there. Where servers are rented in sizes it is
// said before there is one.
func (k database) tooSmall(v fact.View) []string {
	first := of(v.Plan)
	if len(first) == 0 || first[0].name != k.name || v.Plan.Value(plan.KeyProvider) == plan.ProviderDigitalOcean {
		return nil
	}
	// The sentence tells what the server says of itself, and the comparison what it is sold as.
	if v.System.Memory*(100+kernelPercent)/100 >= Least(v.Plan) {
		return nil
	}
	if said := TooSmall(v.Plan, v.System.Memory, providers.Size{}); said != "" {
		return []string{said}
	}
	return nil
}
