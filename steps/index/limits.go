package index

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"

	"slipway/steps/app"
)

// limits are well-known packages of Python code alone: their wheels are for any Python,
// but the versions below a version use what a later Python does not have any more.
var limits = []struct {
	name, below string
	// last is the last minor version on which it works, why what the next one lacks.
	last, why string
}{
	{"django", "2.1", "3.9", "collections.Iterator"},
	{"django", "2.2", "3.10", "gettext's codeset"},
	{"django", "4.0", "3.11", "distutils"},
	{"django", "4.1", "3.12", "cgi"},
	{"werkzeug", "0.15", "3.9", "collections.Container"},
	{"jinja2", "2.10.2", "3.9", "collections.Mapping"},
	{"six", "1.16", "3.11", "find_module of importers"},
	{"urllib3", "1.26.5", "3.11", "find_module of importers, which its copy of six uses"},
	{"eventlet", "0.34", "3.11", "ssl.wrap_socket"},
}

// LastPython is the last minor version of Python, "3.11", on which a pinned package is
// known to work; "" if none is known. Only a few packages are.
func LastPython(p app.Pin) string {
	for _, l := range limits {
		if p.Name == l.name && isOlder(p.Version, l.below) {
			return l.last
		}
	}
	return ""
}

var leadingNumber = regexp.MustCompile(`^\d+`)

// isOlder compares the numbers of two versions, from the left.
func isOlder(version, than string) bool {
	have, want := strings.Split(version, "."), strings.Split(than, ".")
	for i := range max(len(have), len(want)) {
		if order := cmp.Compare(numberAt(have, i), numberAt(want, i)); order != 0 {
			return order < 0
		}
	}
	return false
}

func numberAt(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, _ := strconv.Atoi(leadingNumber.FindString(parts[i])) // what is no number counts as 0
	return n
}
