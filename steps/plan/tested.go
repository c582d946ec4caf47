package plan

import (
	"regexp"

	"slipway/steps/app"
)

// Tested is the plan with the settings of the app's tests. What runs them may have settings
// of its own for Django, which a variable would replace.
func (p Plan) Tested() Plan {
	if testRunner.MatchString(p.App.TestCommand) {
		p.App.SettingsModule, p.App.Overlay = "", app.Overlay{}
	}
	return p
}

var testRunner = regexp.MustCompile(`\b(pytest|py\.test|tox|nox)\b`)
