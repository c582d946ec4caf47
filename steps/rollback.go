package steps

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"slipway/state"
	"slipway/steps/remote"
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

// Rollback lets an earlier release take the traffic again: the one that is
// named, or with an empty name the newest before the current one. The release
// must answer before it does; if it does not, the current one goes on. It
// returns the release that takes the traffic. Which releases there are is in
// the error if the one that is meant is not, a *Usage.
func Rollback(ctx context.Context, name, to string, home state.Home, open OpenProvider, report func(line string)) (string, error) {
	if !home.Exists(name) {
		return "", errNothing(name)
	}
	d, err := home.Open(name, time.Now())
	if err != nil {
		return "", err
	}
	defer d.Close()
	s, err := OpenSession(ctx, name, home, open)
	if err != nil {
		return "", err
	}
	defer s.Client.Close()
	kept, err := s.Releases(ctx)
	if err != nil {
		return "", err
	}
	to, err = choose(kept, to)
	if err != nil {
		return "", err
	}
	job := remote.Job{Name: "apply", Script: takeOverScript(layoutOf(s.plan.Name), to), Look: shell.Section("health", shell.Command("cat", layoutOf(s.plan.Name).health(to)))}
	looked, err := s.Client.Run(ctx, job, report)
	if err != nil {
		return "", fmt.Errorf("roll back to %s: %w", to, err)
	}
	return to, d.Update(func(r *state.Record) { rolledBack(r, to, looked["health"]) })
}

// rolledBack puts on record what is true again: the release, and how it is
// asked whether it is healthy.
func rolledBack(r *state.Record, to, health string) {
	r.Release = to
	settings, ok := readHealth(health)
	if !ok {
		return
	}
	for key, value := range settings {
		if delete(r.Settings, key); value != "" {
			r.Settings[key] = value
		}
	}
}

// Releases lists the kept releases, the newest first.
func (s *Session) Releases(ctx context.Context) ([]Kept, error) {
	l := layoutOf(s.plan.Name)
	out, err := s.Client.Ask(ctx, lookReleases(l))
	if err != nil {
		return nil, err
	}
	return parseReleases(out), nil
}

// lookReleases prints which releases took traffic, when, and which does now.
func lookReleases(l layout) string {
	return shell.Lines(
		`echo "current $(readlink `+shell.Quote(l.current())+`)"`,
		shell.Command("find", l.releases(), "-mindepth", "2", "-maxdepth", "2", "-name", "served", "-printf", `%T@ %h\n`))
}

func parseReleases(out string) []Kept {
	var kept []Kept
	current := ""
	for _, line := range splitLines(out) {
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

var releasePattern = regexp.MustCompile(`^[0-9a-f]{12}$`)

// choose finds the release that is meant.
func choose(kept []Kept, to string) (string, error) {
	var names []string
	seen := false
	for _, k := range kept {
		names = append(names, k.Name)
		switch {
		case to == k.Name && k.Current:
			return "", usagef("", "release %s takes the traffic already", to)
		case to == k.Name && releasePattern.MatchString(to), to == "" && seen && !k.Current:
			return k.Name, nil
		}
		seen = seen || k.Current
	}
	if to == "" {
		return "", usagef("name one: "+strings.Join(names, ", "), "there is no release before the current one")
	}
	return "", usagef("name one of those that are: "+strings.Join(names, ", "), "release %s is not on the server", to)
}
