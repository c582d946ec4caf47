package hardening

import (
	"fmt"
	"slices"
	"strings"
)

// Profile is how much is set. Each profile includes those before it.
type Profile int

// The profiles.
const (
	// Minimal is what every server needs.
	Minimal Profile = iota
	// Standard is all that can't surprise the owner of a web app.
	Standard
	// Strict adds what auditors ask for.
	Strict
)

var profileNames = []string{"minimal", "standard", "strict"}

// String is the name by which ProfileOf finds the profile.
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
	// Topic is the name of the step that brings it about.
	Topic string
	// What is a sentence that is true once the setting is made: "sshd's
	// PermitRootLogin is no". Why is a clause that follows "because".
	What, Why string
	// Rules are the benchmark rules that it answers: "CIS 5.1.20", "Lynis SSH-7408".
	Rules []string
	// From is the first profile that has the setting.
	From Profile
	// Below is the first profile that has something stricter instead; Minimal means
	// that no profile has.
	Below Profile
	// OwnKernel is true if a container can't have it, because it shares the kernel of
	// its host.
	OwnKernel bool
	// NoForwarding is true if a server that forwards packets for others can't have it.
	NoForwarding bool
	// Systems are those that it is for, as Host.System: "debian 12". Empty is all.
	Systems []string

	// requires is how it is brought about. A setting without any is only listed
	// here: a step of its own brings it about.
	requires []requirement
}

// Host is what the list must know of a server.
type Host struct {
	// System is its name and version: "debian 13". Empty means not known yet.
	System string
	// Container is true if the server shares the kernel of its host.
	Container bool
	// Forwards is true if the server forwards packets, for containers or other computers.
	Forwards bool
}

// newest is the system that a server not looked at yet is assumed to have.
const newest = "debian 13"

// forSystem tells whether the setting is for the host's system.
func (s Setting) forSystem(h Host) bool {
	system := h.System
	if system == "" {
		system = newest
	}
	return len(s.Systems) == 0 || slices.Contains(s.Systems, system)
}

// Applicable tells whether the host can have the setting at all.
func (s Setting) Applicable(h Host) bool { return s.WhyNot(h) == "" }

// WhyNot is why the host can't have the setting; empty if it can.
func (s Setting) WhyNot(h Host) string {
	switch {
	case s.OwnKernel && h.Container:
		return "a container has the kernel of its host"
	case s.NoForwarding && h.Forwards:
		return "the server forwards for containers or other computers"
	}
	return ""
}

// All is the whole list, in the order of the steps.
func All() []Setting { return slices.Concat(tables...) }

// inProfile tells whether a profile has the setting.
func (s Setting) inProfile(p Profile) bool { return s.From <= p && (s.Below == Minimal || p < s.Below) }

// In is what a profile asks for on a host, including what the host can't have.
func In(p Profile, h Host) []Setting {
	return slices.DeleteFunc(All(), func(s Setting) bool { return !s.inProfile(p) || !s.forSystem(h) })
}

// Packages are the names of the packages that a profile wants installed, and of
// those that it wants removed, each once.
func Packages(p Profile, h Host) (wanted, unwanted []string) {
	for _, s := range In(p, h) {
		if !s.Applicable(h) {
			continue
		}
		for _, r := range s.requires {
			if pkg, ok := r.(debianPackage); ok && pkg.absent {
				unwanted = append(unwanted, pkg.name)
			} else if ok {
				wanted = append(wanted, pkg.name)
			}
		}
	}
	return unique(wanted), unique(unwanted)
}

// EveryPackage is the name of each package that any profile wants installed or
// removed.
func EveryPackage() []string {
	var names []string
	for _, s := range All() {
		for _, r := range s.requires {
			if pkg, ok := r.(debianPackage); ok {
				names = append(names, pkg.name)
			}
		}
	}
	return unique(names)
}

// Paths are the files that slipway owns, of all profiles.
func Paths() []string {
	var paths []string
	for _, s := range All() {
		paths = append(paths, ownPaths(s.requires)...)
	}
	return unique(paths)
}

// unique keeps the first of equal words.
func unique(all []string) []string {
	var kept []string
	for _, s := range all {
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// Where says in which profiles and on which servers the setting is made: "strict,
// not in a container, on debian 13".
func (s Setting) Where() string {
	where := s.From.String()
	if s.Below != Minimal {
		where += " and below " + s.Below.String()
	}
	if s.OwnKernel {
		where += ", not in a container"
	}
	if s.NoForwarding {
		where += ", not on a server that forwards"
	}
	if len(s.Systems) > 0 {
		where += fmt.Sprintf(", on %s", strings.Join(s.Systems, " and "))
	}
	return where
}
