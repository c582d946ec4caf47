package answers

import "slipway/steps/plan"

// AsksForInstances tells whether a person is asked how many instances serve the web.
func AsksForInstances(provider string) bool { return provider == AppPlatform }

// AboutInstances says what can be answered.
const AboutInstances = "how many serve the web, such as 3, or 2..10 to follow the load; if it is empty, 1"

// Instances is how many serve the web by what was said, or by the plan, as --instances has
// it; "" if neither says anything.
func Instances(a Answers, p plan.Plan) string {
	if said, ok := a.Settings[plan.KeyInstances]; ok {
		return said
	}
	return p.Value(plan.KeyInstances)
}
