package backup

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed restored.sh
var restoredText string

// isRestored is what the look of Restored prints once a backup was taken up.
const isRestored = "restored"

// Restored is the fact that a new deployment has the data and the variables of another
// one's backup.
var Restored = &fact.Fact{
	Name: "restored", Title: "the data of a backup", Phase: providers.PhaseOther, Limit: 2 * time.Hour,
	Look: func(plan.Plan) string { return `[ ! -e ` + layout.Restored + ` ] || echo ` + isRestored },
	Decide: func(v fact.View) []providers.Change {
		if strings.TrimSpace(v.Looked) == isRestored {
			return nil
		}
		from := v.Plan.Restore
		return []providers.Change{{What: fmt.Sprintf("begin with the data and the variables of %s, of its backup %s", from.Name, from.When), Why: "it is compared, row for row, before the app starts"}}
	},
	Script: func(v fact.View) string {
		from := v.Plan.Restore
		words := append([]string{from.Tag, from.When, v.Plan.Release}, v.Plan.VariableNames()...)
		return shell.Script(restoredText, nil, "sh", "-c", Call("initial", words...))
	},
}
