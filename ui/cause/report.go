package cause

import (
	"slipway/steps/engine"
	"slipway/ui/text"
)

// Report is how a problem is printed: one line that begins with "error: " and has
// the cause, one that begins with "hint: " if there is a hint, then the rest,
// indented. Scripts may rely on the two beginnings.
func Report(p *engine.Problem) []string {
	c := Of(p.Error)
	lines := []string{"error: " + c.Lead + c.String()}
	if p.Hint != "" {
		lines = append(lines, "hint: "+text.Clean(p.Hint))
	}
	for _, line := range c.Rest {
		lines = append(lines, "    "+line)
	}
	return lines
}
