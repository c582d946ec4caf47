package hardening

import (
	"slices"
	"strings"

	"slipway/steps/shell"
)

// want is one thing that should be so, of one of a few kinds.
type want interface {
	// ask adds what a look must print to tell.
	ask(*questions)
	// so tells whether it is, by what the look printed.
	so(seen) bool
	// act adds what brings it about.
	act(*actions)
}

// questions are what the looks of many wants have in common, so that each kind
// costs one command.
type questions struct {
	files, sysctls, units, modes []string
	mounts, logins               bool
	options                      map[string][]string // keys by file
	exact                        map[string][]string // whole lines by file
	homes                        bool
}

// actions bring wants about, in the order of its fields.
type actions struct {
	files []shell.File
	shell []string // commands of the other kinds
	after []string // commands that make running programs take the files up
	units []unit
}

// seen is what a look printed, by kind.
type seen struct {
	text    string
	lines   []string
	sysctls map[string]string
	units   map[string]map[string]string
}

func read(text string) seen {
	s := seen{text: text, lines: strings.Split(text, "\n"), sysctls: map[string]string{}, units: map[string]map[string]string{}}
	block := map[string]string{}
	for _, line := range s.lines {
		if rest, ok := strings.CutPrefix(line, procSys); ok {
			path, value, _ := strings.Cut(rest, ":")
			s.sysctls[path] = strings.Join(strings.Fields(value), " ")
		}
		key, value, ok := strings.Cut(line, "=")
		switch {
		case line == "":
			block = map[string]string{}
		case ok && slices.Contains(unitProperties, key):
			block[key] = value
			if key == "Id" {
				s.units[value] = block
			}
		}
	}
	return s
}

// has tells whether the look printed this line.
func (s seen) has(line string) bool { return slices.Contains(s.lines, line) }

// some finds the first line that begins so, and returns the rest of it.
func (s seen) some(prefix string) (string, bool) {
	for _, line := range s.lines {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			return rest, true
		}
	}
	return "", false
}

// look is the shell text that answers the questions.
func (q questions) look() string {
	var parts []string
	if len(q.files) > 0 {
		parts = append(parts, shell.LookFiles(unique(q.files)...))
	}
	if len(q.sysctls) > 0 {
		parts = append(parts, shell.Command(append([]string{"grep", "-sH", "."}, unique(q.sysctls)...)...))
	}
	if len(q.modes) > 0 {
		parts = append(parts, shell.Command(append([]string{"stat", "-c", "mode %a %U:%G %n"}, unique(q.modes)...)...))
	}
	if q.mounts {
		parts = append(parts, lookMounts)
	}
	if q.logins {
		parts = append(parts, lookLogins)
	}
	parts = append(parts, lookOptions(q.options)...)
	parts = append(parts, lookInserted(q.exact)...)
	if q.homes {
		parts = append(parts, lookHomes)
	}
	if len(q.units) > 0 {
		// Blank lines divide the units; one before keeps them from what is above.
		parts = append(parts, "echo", shell.Command(append([]string{"systemctl", "show", "--property=" + strings.Join(unitProperties, ",")}, unique(q.units)...)...), "echo")
	}
	return shell.Lines(parts...)
}
