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

// Kept is a release that is on the server and took traffic at some time.
type Kept struct {
	// Name is the release's, twelve hexadecimal digits.
	Name string `json:"name"`
	// Current is true for the one that takes the traffic.
	Current bool `json:"current"`
	// Served is when it first took traffic.
	Served time.Time `json:"served"`
}

// LookKept is shell text that prints which releases took traffic, when, and which one
// takes it now. ParseKept reads it.
func LookKept(l layout.Layout) string {
	return shell.Lines(
		`echo "current $(readlink `+shell.Quote(l.Current())+`)"`,
		shell.Command("find", l.Releases(), "-mindepth", "2", "-maxdepth", "2", "-name", "served", "-printf", `%T@ %h\n`))
}

// ParseKept reads what LookKept printed. The release that took traffic last is the first.
// What has no release's name is none.
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
		if _, err := fmt.Sscan(first, &seconds); err == nil && NamePattern.MatchString(release) {
			kept = append(kept, Kept{Name: release, Served: time.Unix(int64(seconds), 0).UTC()})
		}
	}
	for i := range kept {
		kept[i].Current = kept[i].Name == current
	}
	slices.SortFunc(kept, func(a, b Kept) int { return b.Served.Compare(a.Served) })
	return kept
}

// NamePattern matches the name of a release.
var NamePattern = regexp.MustCompile(`^[0-9a-f]{12}$`)

// Choose finds the name of the release to go back to: the one that is named, or the
// newest before the current one if to is empty. kept is as ParseKept returns it. If
// there is no such release, or it takes the traffic already, the error is a
// *providers.Usage that lists those there are.
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
	switch {
	case to == "" && len(names) < 2:
		return "", plan.Usagef("deploy a change first", "there is no other release to go back to")
	case to == "":
		return "", plan.Usagef("name one: "+strings.Join(names, ", "), "there is no release before the current one")
	}
	return "", plan.Usagef("name one of these: "+strings.Join(names, ", "), "release %s is not on the server", to)
}
