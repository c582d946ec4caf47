package answers

import (
	"strings"

	"slipway/providers"
	"slipway/steps/plan"
)

// Closings are those of the changes that would close a port at which a program of the
// server's own listens, and about which nobody has said yet whether they may.
func Closings(p plan.Plan, changes []providers.Change) []providers.Change {
	if _, given := p.Allowed(); given {
		return nil
	}
	var all []providers.Change
	for _, c := range changes {
		if c.Closes != "" {
			all = append(all, c)
		}
	}
	return all
}

// Allow keeps these ports open, as --allow takes them, and has all others closed.
func (a *Answers) Allow(ports []string) {
	a.Settings[plan.KeyAllow] = plan.AllowNone
	if len(ports) > 0 {
		a.Settings[plan.KeyAllow] = strings.Join(ports, plan.ListSeparator)
	}
}
