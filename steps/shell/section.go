package shell

import "strings"

// Section prints a heading before what a look prints, so that many looks share
// one round trip. A look that fails prints less; it stops nothing. Sectioned makes
// the headings those of one round trip.
func Section(name, look string) string {
	return Lines(
		`printf '\n%s %s\n' "$section_boundary" `+Quote(name),
		"(\n"+look+"\n) </dev/null 2>/dev/null || :",
	)
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
