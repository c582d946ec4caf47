package answers

import (
	"cmp"
	"slices"
	"strings"

	"slipway/steps/app"
	"slipway/steps/plan"
)

// DatabaseKinds are the kinds of databases that can run beside an app, in the order in
// which people are asked.
var DatabaseKinds = []string{app.Postgres, app.MariaDB, app.Redis}

// DatabaseQuestion asks whether one database shall run beside the app.
type DatabaseQuestion struct {
	// Kind is the value of --service, Label what people call it.
	Kind, Label string
	// Why is what in the app points to it; "" if nothing does.
	Why string
	// Wanted is what was said before; false if nothing was.
	Wanted bool
}

// DatabaseQuestions are those for an app, of which p is the plan.
func DatabaseQuestions(a Answers, p plan.Plan) []DatabaseQuestion {
	wanted := p.Services()
	if said, ok := a.Settings[plan.KeyService]; ok {
		wanted = strings.Split(said, plan.ListSeparator)
	}
	var all []DatabaseQuestion
	for _, kind := range DatabaseKinds {
		q := DatabaseQuestion{Kind: kind, Label: plan.ServiceTitle(cmp.Or(a.Settings[plan.KeyProvider], p.Value(plan.KeyProvider)), kind), Wanted: slices.Contains(wanted, kind)}
		for _, o := range p.App.Offers {
			if o.Kind == kind {
				q.Why = o.Why
			}
		}
		all = append(all, q)
	}
	return all
}

// SayDatabases takes over which databases shall run beside the app. None is an answer too
// where something points to one, or one was there before.
func (a *Answers) SayDatabases(kinds []string, p plan.Plan) {
	switch {
	case len(kinds) > 0:
		a.Settings[plan.KeyService] = strings.Join(kinds, plan.ListSeparator)
	case len(p.App.Offers) > 0 || p.Value(plan.KeyService) != "":
		a.Settings[plan.KeyService] = app.NoServices
	default:
		delete(a.Settings, plan.KeyService)
	}
}

// AsksForDatabases tells whether the app seems to use databases of which nobody has said
// anything.
func AsksForDatabases(a Answers, p plan.Plan) bool {
	_, said := a.Settings[plan.KeyService]
	return !said && len(p.Offers()) > 0
}

// Databases are those that were chosen, in words: "PostgreSQL, Redis", or "none".
func Databases(a Answers, p plan.Plan) string {
	var titles []string
	for _, q := range DatabaseQuestions(a, p) {
		if q.Wanted {
			titles = append(titles, q.Label)
		}
	}
	if titles == nil {
		return "none"
	}
	return strings.Join(titles, ", ")
}
