package cause

import (
	"fmt"

	"slipway/steps/engine"
	"slipway/ui/text"
)

// Report is how a problem is printed: one line that begins with "error: " and has
// the cause, one that begins with "hint: " if there is a hint, then the rest,
// indented. Scripts may rely on the two beginnings.
func Report(p *engine.Problem) []string {
	c := Of(p.Error)
	if r := []rune(c.Line); len(r) > longestCause && len(c.Rest) > 0 {
		c.Line = string(r[:longestCause-1]) + "…" // all of it is in the rest
	}
	lines := []string{"error: " + c.Lead + c.String()}
	if p.Hint != "" {
		lines = append(lines, "hint: "+text.Clean(p.Hint))
	}
	rest := c.Rest
	if more := len(rest) - mostDetails; more > 1 {
		lines = append(lines, fmt.Sprintf("    (%d lines are left out here)", more))
		rest = rest[more:]
	}
	for _, line := range rest {
		lines = append(lines, "    "+line)
	}
	return lines
}

// longestCause is how many characters of a cause are in the first line.
const longestCause = 300

// mostDetails is how many lines follow the cause and the hint, so that both are still
// on the screen.
const mostDetails = 18
