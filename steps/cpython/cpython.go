package cpython

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Release is the newest release of a minor version of CPython that uv can bring.
type Release struct {
	// Version is exact: "3.12.16".
	Version string
	// Build is the build of python-build-standalone that has it, which is the name of
	// the folder of its archives: "20261110".
	Build string
	// Ends is the day on which the minor version's security updates end.
	Ends time.Time
}

// Releases are what the uv of package release knows, the oldest first. When uv's
// version there changes, this changes with it: go test ./steps/cpython -uv PATH prints
// what uv has.
var Releases = []Release{
	{"3.8.20", "20241002", october(2024)},
	{"3.9.25", "20251031", october(2025)},
	{"3.10.22", "20261009", october(2026)},
	{"3.11.18", "20261110", october(2027)},
	{"3.12.16", "20261110", october(2028)},
	{"3.13.18", "20261110", october(2029)},
	{"3.14.10", "20261110", october(2030)},
	{"3.15.2", "20261110", october(2031)},
}

// october is the last day of the month in which each minor version's updates end.
func october(year int) time.Time { return time.Date(year, time.October, 31, 0, 0, 0, 0, time.UTC) }

// systems are the minor versions of the systems that servers run, by the beginning of
// an image's slug.
var systems = []struct{ image, title, minor string }{
	{"debian-13", "Debian 13", "3.13"}, {"debian-12", "Debian 12", "3.11"}, {"ubuntu-24-04", "Ubuntu 24.04", "3.12"},
}

// OfImage is the minor version of the Python that an image brings, "3.13", and the name
// of its system. Both are empty for an image that is not one of the systems' slugs.
func OfImage(slug string) (minor, system string) {
	for _, s := range systems {
		if strings.HasPrefix(slug, s.image) {
			return s.minor, s.title
		}
	}
	return "", ""
}

// OfSystems are the minor versions of all systems that servers run.
func OfSystems() []string {
	minors := make([]string, len(systems))
	for i, s := range systems {
		minors[i] = s.minor
	}
	return minors
}

// Minors are all minor versions that an app can have, the newest first: every system's
// own is among those that uv can bring.
func Minors() []string {
	var minors []string
	for _, r := range slices.Backward(Releases) {
		minors = append(minors, Minor(r.Version))
	}
	return minors
}

// Minor is a version without its last part: "3.12" of "3.12.16".
func Minor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// Newest is the newest release of a minor version; false if uv can't bring it.
func Newest(minor string) (Release, bool) {
	at := slices.IndexFunc(Releases, func(r Release) bool { return Minor(r.Version) == minor })
	if at < 0 {
		return Release{}, false
	}
	return Releases[at], true
}

// Archive is the path of the archive of a release below the place where
// python-build-standalone keeps its builds. machine is as uname -m prints it.
func (r Release) Archive(machine string) string {
	return r.Build + "/cpython-" + r.Version + "+" + r.Build + "-" + machine + "-unknown-linux-gnu-install_only_stripped.tar.gz"
}

// Condition is how the Python of an app stands.
type Condition struct {
	// Version is what the app runs on: "3.12.3".
	Version string `json:"version"`
	// Managed is true if Slipway brought it; else it is the system's own, whose updates
	// are the system's.
	Managed bool `json:"managed"`
	// Newer is the newest release of the same minor version that this binary knows, if
	// it is newer than a managed one.
	Newer string `json:"newer,omitempty"`
	// Ended is true if a managed one's minor version gets no security updates any more.
	Ended bool `json:"ended,omitempty"`
}

// Judge compares a Python with the newest release of its minor version, on this day.
func Judge(version string, managed bool, now time.Time) Condition {
	c := Condition{Version: version, Managed: managed}
	newest, known := Newest(Minor(version))
	if !managed || !known {
		return c
	}
	if Older(version, newest.Version) {
		c.Newer = newest.Version
	}
	c.Ended = now.After(newest.Ends.AddDate(0, 0, 1))
	return c
}

// Advice is what a person should know of it; empty if there is nothing to do.
func (c Condition) Advice() string {
	switch {
	case c.Ended:
		return "Python " + Minor(c.Version) + " gets no security updates any more: have the app ask for a newer one"
	case c.Newer != "":
		return "Python " + c.Newer + " is out: the next deployment brings it"
	}
	return ""
}

// Describe is the line of status: "3.12.3, managed by Slipway; Python 3.12.16 is out: …".
func (c Condition) Describe() string {
	if !c.Managed {
		return c.Version + ", the system's own"
	}
	text := c.Version + ", managed by Slipway"
	if advice := c.Advice(); advice != "" {
		text += "; " + advice
	}
	return text
}

// Older tells whether a version, of two or three numbers, is older than another.
func Older(a, b string) bool {
	numbers := func(version string) []int {
		var all []int
		for part := range strings.SplitSeq(version, ".") {
			n, _ := strconv.Atoi(part) // what is no number, such as 0rc1, counts as 0
			all = append(all, n)
		}
		return all
	}
	return slices.Compare(numbers(a), numbers(b)) < 0
}
