package shell

import (
	"fmt"
	"strings"
)

// Section prints a heading before what a look prints, so that many looks share
// one round trip. A look that fails prints less; it stops nothing, and one without text
// prints nothing. Sectioned makes the headings those of one round trip.
func Section(name, look string) string {
	if look == "" {
		look = ":"
	}
	return Lines(
		`printf '\n%s %s\n' "$section_boundary" `+Quote(name),
		"(\n"+look+"\n) </dev/null 2>/dev/null || :",
	)
}

// SideBySide has Sections looked at in so many groups that run at the same time: most of
// a look is waiting for programs that start and for systemd's answers. A group passes on
// what the one before it printed once it is at its end itself, so that sections never mix.
// Whole tells whether all came.
func SideBySide(groups int, sections []string) string {
	parts := make([][]string, groups)
	for i, s := range sections {
		parts[i%groups] = append(parts[i%groups], s)
	}
	begun, script := "", ""
	for i, part := range parts {
		name := fmt.Sprintf("group %d", i)
		begun = Lines(begun, Section(groupBegun+name, ":"))
		group := Lines("{", Lines(part...), Section(groupEnded+name, ":"))
		if script == "" {
			script = Lines(group, "}")
			continue
		}
		script = Lines("{", script, "} |", group, "cat", "}")
	}
	return Lines(strings.TrimSpace(begun), script)
}

// The sections before the groups of SideBySide and at the end of each.
const (
	groupBegun = "begun "
	groupEnded = "ended "
)

// Whole tells whether each group that began came to its end.
func Whole(sections map[string]string) bool {
	for name := range sections {
		if group, ok := strings.CutPrefix(name, groupBegun); ok {
			if _, ended := sections[groupEnded+group]; !ended {
				return false
			}
		}
	}
	return true
}

// Sectioned is a script of Sections whose headings begin with a boundary. It must be
// one that nobody can know beforehand: looks print names of files, processes and units
// that an app may have chosen.
func Sectioned(boundary, script string) string {
	return Lines("section_boundary="+Quote(boundary), script)
}

// Sections splits what a Sectioned script printed, by name. Of two sections of one name
// the first counts.
func Sections(boundary, out string) map[string]string {
	sections := map[string]string{}
	for _, part := range strings.Split("\n"+out, "\n"+boundary+" ")[1:] {
		name, body, _ := strings.Cut(part, "\n")
		if _, twice := sections[name]; !twice {
			sections[name] = body
		}
	}
	return sections
}
