// Package hardening is the one list of what is set on a server to keep others
// out: what, why, which benchmark rules it answers, from which profile on, and
// how it is brought about. All of it is pure: it makes shell text and reads what
// that printed; package steps runs it.
package hardening

import (
	"fmt"
	"slices"
	"strings"
)

// Profile is how much is set. Each includes those before it.
type Profile int

// The profiles.
const (
	// Minimal is what no server should be without.
	Minimal Profile = iota
	// Standard is all that can't surprise the owner of a web app.
	Standard
	// Strict is what an auditor asks for beside.
	Strict
)

var profileNames = []string{"minimal", "standard", "strict"}

func (p Profile) String() string { return profileNames[p] }

// ProfileOf finds a profile by its name; an unknown name is Standard, which is
// the default.
func ProfileOf(name string) Profile {
	if i := slices.Index(profileNames, name); i >= 0 {
		return Profile(i)
	}
	return Standard
}

// Setting is one row of the list.
type Setting struct {
	// Topic is the step that brings it about.
	Topic string
	// What is so afterwards, and Why, each in a few words.
	What, Why string
	// Rules are the benchmark rules that it answers: "CIS 5.1.20", "Lynis SSH-7408".
	Rules []string
	// From is the first profile that has it.
	From Profile
	// Below is the first profile that has something stricter instead; Minimal
	// is none.
	Below Profile
	// OwnKernel is true if a container can't have it: its kernel is its host's.
	OwnKernel bool
	// On are the systems that it is for: "debian 12". Empty is all.
	On []string

	// wants is how it is brought about. A setting without any is brought about
	// by a step of its own and only listed here.
	wants []want
}

// Host is what the list must know of a server.
type Host struct {
	// System is its name and version: "debian 13". Empty is not known yet.
	System string
	// Container is true if its kernel is shared with others.
	Container bool
}

// newest is the system that one not looked at yet is taken for.
const newest = "debian 13"

// on tells whether the setting is for the host's system.
func (s Setting) on(h Host) bool {
	system := h.System
	if system == "" {
		system = newest
	}
	return len(s.On) == 0 || slices.Contains(s.On, system)
}

// Applicable tells whether the host can have the setting at all.
func (s Setting) Applicable(h Host) bool { return !s.OwnKernel || !h.Container }

// All is the list, in the order of the steps.
func All() []Setting { return slices.Concat(tables...) }

// in tells whether a profile has the setting.
func (s Setting) in(p Profile) bool { return s.From <= p && (s.Below == Minimal || p < s.Below) }

// In is what a profile has on a host, what can't be had there included.
func In(p Profile, h Host) []Setting {
	return slices.DeleteFunc(All(), func(s Setting) bool { return !s.in(p) || !s.on(h) })
}

// Packages are those that a profile wants installed and removed.
func Packages(p Profile, h Host) (wanted, unwanted []string) {
	for _, s := range In(p, h) {
		if !s.Applicable(h) {
			continue
		}
		for _, w := range s.wants {
			if pkg, ok := w.(debian); ok && pkg.absent {
				unwanted = append(unwanted, pkg.name)
			} else if ok {
				wanted = append(wanted, pkg.name)
			}
		}
	}
	return unique(wanted), unique(unwanted)
}

// EveryPackage is each that any profile wants, or wants removed.
func EveryPackage() []string {
	var names []string
	for _, s := range All() {
		for _, w := range s.wants {
			if pkg, ok := w.(debian); ok {
				names = append(names, pkg.name)
			}
		}
	}
	return unique(names)
}

// Paths are the files that are slipway's own, of all profiles.
func Paths() []string {
	var paths []string
	for _, s := range All() {
		paths = append(paths, ownPaths(s.wants)...)
	}
	return unique(paths)
}

// unique keeps the first of each.
func unique(all []string) []string {
	var kept []string
	for _, s := range all {
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// Where says from which profile on a setting is made, and on what.
func (s Setting) Where() string {
	where := s.From.String()
	if s.Below != Minimal {
		where += " and below " + s.Below.String()
	}
	if s.OwnKernel {
		where += ", not in a container"
	}
	if len(s.On) > 0 {
		where += fmt.Sprintf(", on %s", strings.Join(s.On, " and "))
	}
	return where
}
