package release

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// Kept is a release that is on the server and took traffic once.
type Kept struct {
	// Name is the release's.
	Name string `json:"name"`
	// Current is true for the one that takes the traffic.
	Current bool `json:"current"`
	// Served is when it first took traffic.
	Served time.Time `json:"served"`
}

// LookKept prints which releases took traffic, when, and which does now.
func LookKept(l layout.Layout) string {
	return shell.Lines(
		`echo "current $(readlink `+shell.Quote(l.Current())+`)"`,
		shell.Command("find", l.Releases(), "-mindepth", "2", "-maxdepth", "2", "-name", "served", "-printf", `%T@ %h\n`))
}

// ParseKept reads what LookKept printed; the newest release is the first.
func ParseKept(out string) []Kept {
	var kept []Kept
	current := ""
	for _, line := range shell.SplitLines(out) {
		first, path, _ := strings.Cut(line, " ")
		release := path[strings.LastIndexByte(path, '/')+1:]
		if first == "current" {
			current = release
			continue
		}
		var seconds float64
		if _, err := fmt.Sscan(first, &seconds); err == nil {
			kept = append(kept, Kept{Name: release, Served: time.Unix(int64(seconds), 0).UTC()})
		}
	}
	for i := range kept {
		kept[i].Current = kept[i].Name == current
	}
	slices.SortFunc(kept, func(a, b Kept) int { return b.Served.Compare(a.Served) })
	return kept
}

// NamePattern is what every name of a release looks like.
var NamePattern = regexp.MustCompile(`^[0-9a-f]{12}$`)

// Choose finds the release that is meant.
func Choose(kept []Kept, to string) (string, error) {
	var names []string
	seen := false
	for _, k := range kept {
		names = append(names, k.Name)
		switch {
		case to == k.Name && k.Current:
			return "", plan.Usagef("", "release %s takes the traffic already", to)
		case to == k.Name && NamePattern.MatchString(to), to == "" && seen && !k.Current:
			return k.Name, nil
		}
		seen = seen || k.Current
	}
	if to == "" {
		return "", plan.Usagef("name one: "+strings.Join(names, ", "), "there is no release before the current one")
	}
	return "", plan.Usagef("name one of those that are: "+strings.Join(names, ", "), "release %s is not on the server", to)
}
