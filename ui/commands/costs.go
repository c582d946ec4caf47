package commands

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/plan"
)

// costOf is what a deployment costs. What a server of the operator's own costs, only
// they know.
func costOf(s steps.Summary) string {
	switch {
	case s.Trouble != "":
		return ""
	case s.Monthly == nil:
		return "cost not known"
	case *s.Monthly > 0:
		return providers.AMonth(*s.Monthly)
	case s.Provider == plan.ProviderSSH:
		return "nothing more"
	}
	return "free"
}

// describeTotal is what deployments cost together, what of it is shared, and of which it
// is not known.
func describeTotal(t steps.Total) string {
	said := "free"
	if t.Monthly > 0 {
		said = providers.AMonth(t.Monthly)
	}
	if t.Deployments > 1 {
		said += " for " + count(t.Deployments, "deployment")
	}
	for _, kind := range slices.Sorted(maps.Keys(t.Shared)) {
		said += fmt.Sprintf("; $%.2f of it once for all that use %s", t.Shared[kind], kind)
	}
	if len(t.Unknown) > 0 {
		said += "; not in it: " + strings.Join(t.Unknown, ", ") + " (slipway status NAME asks what that costs)"
	}
	return said
}
