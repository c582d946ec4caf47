package backup

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/shell"
)

// LookHistory is shell text that prints which releases' commands ran over the live data,
// and of which moments there are copies. ParseHistory reads it.
func LookHistory(l layout.Layout) string {
	return shell.Lines(
		shell.Command("find", l.Releases(), "-mindepth", "2", "-maxdepth", "2", "-name", "released", "-size", "+1c", "-printf", `%T@ ran %h\n`),
		shell.Command("find", layout.Snapshots, "-mindepth", "2", "-maxdepth", "2", "-name", "manifest.json", "-printf", `%T@ copy %h\n`)+" 2>/dev/null || :")
}

// History is what happened to the live data, in order.
type History []event

// event is something that happened to the live data when a release was deployed.
type event struct {
	at      time.Time
	ran     bool // the release's command ran; else a copy was taken before it
	release string
}

// ParseHistory reads what LookHistory printed. What has no release's name is left out.
func ParseHistory(looked string) History {
	var h History
	for _, line := range shell.SplitLines(looked) {
		f := strings.SplitN(line, " ", 3)
		if len(f) != 3 {
			continue
		}
		var seconds float64
		id := f[2][strings.LastIndexByte(f[2], '/')+1:]
		if _, err := fmt.Sscan(f[0], &seconds); err == nil && release.NamePattern.MatchString(id) && (f[1] == "ran" || f[1] == "copy") {
			h = append(h, event{time.UnixMicro(int64(seconds * 1e6)), f[1] == "ran", id})
		}
	}
	slices.SortStableFunc(h, func(a, b event) int { return a.at.Compare(b.at) })
	return h
}

// RanSince are the releases whose command ran over the live data after a release first
// took the traffic: its code has not seen data like that of now.
func (h History) RanSince(to release.Kept) []string {
	var names []string
	for _, e := range h {
		if e.ran && e.release != to.Name && e.at.After(to.Served) {
			names = append(names, e.release)
		}
	}
	return names
}

// Copy is the release before whose command the data was copied that a release goes back
// to: the first after it. Without one the error is a *providers.Usage or *providers.Failed.
func (h History) Copy(to release.Kept) (string, error) {
	for _, e := range h {
		switch {
		case e.release == to.Name || !e.at.After(to.Served):
		case e.ran:
			return "", &providers.Failed{
				Err:  fmt.Errorf("there is no copy of the data from before release %s ran its release command: it did not fit the disk, or an older slipway deployed it", e.release),
				Next: "slipway rollback without --with-data takes the code alone back; slipway restore brings a backup's data",
			}
		default:
			return e.release, nil
		}
	}
	return "", plan.Usagef("leave out --with-data", "no release command ran since release %s took the traffic: its data is that of now", to.Name)
}
