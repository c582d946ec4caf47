package hardening

import (
	"slices"
	"strings"

	"slipway/steps/shell"
)

// requirement is one thing that a setting requires of the server: a file, a line in
// a file, a unit. Each kind knows how it is looked at, judged and brought about.
type requirement interface {
	// inspect adds what a look must print for met and describe.
	inspect(*inspection)
	// met tells from what the look printed whether the server has it.
	met(findings) bool
	// apply adds what brings it about.
	apply(*actions)
}

// inspection collects what the looks at many requirements need, so that all
// requirements of a kind cost one command.
type inspection struct {
	files, sysctls, units, modes []string
	mounts, sshGroup, homes      bool
	options                      map[string][]string // keys by file
	exactLines                   map[string][]string // whole lines by file
}

// actions bring requirements about, in the order of the fields.
type actions struct {
	files []shell.File
	shell []string // commands of the other kinds
	after []string // commands that make running programs read the files again
	units []unit
}

// findings are what a look printed, by kind.
type findings struct {
	text    string
	lines   []string
	sysctls map[string]string     // value by path below /proc/sys
	units   map[string]shell.Unit // by name
}

// parse reads what a look printed.
func parse(text string) findings {
	f := findings{text: text, lines: strings.Split(text, "\n"), sysctls: map[string]string{}, units: shell.UnitsByID(text)}
	for _, line := range f.lines {
		if rest, ok := strings.CutPrefix(line, procSys); ok {
			path, value, _ := strings.Cut(rest, ":")
			f.sysctls[path] = strings.Join(strings.Fields(value), " ")
		}
	}
	return f
}

// has tells whether the look printed this line.
func (f findings) has(line string) bool { return slices.Contains(f.lines, line) }

// after finds the first line with this prefix, and returns the rest of the line.
func (f findings) after(prefix string) (string, bool) {
	for _, line := range f.lines {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			return rest, true
		}
	}
	return "", false
}

// look is the shell text that prints what is collected, but files, modes and units.
func (i inspection) look() string {
	var parts []string
	if len(i.sysctls) > 0 {
		parts = append(parts, shell.Command(append([]string{"grep", "-sH", "."}, unique(i.sysctls)...)...))
	}
	if i.mounts {
		parts = append(parts, shell.Script(mountsScript, nil))
	}
	if i.sshGroup {
		parts = append(parts, lookSSHLogins())
	}
	parts = append(parts, lookOptions(i.options))
	parts = append(parts, lookInsertedLines(i.exactLines)...)
	if i.homes {
		parts = append(parts, lookHomes(homesFolder))
	}
	return shell.Lines(parts...)
}
