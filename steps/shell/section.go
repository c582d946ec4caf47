package shell

import "strings"

// boundary begins the heading of a section. It need not be secret: nothing that
// a stranger can write is printed by a look.
const boundary = "--slipway-look--"

// Section prints a heading before what a look prints, so that many looks share
// one round trip. A look that fails prints less; it stops nothing.
func Section(name, look string) string {
	return Lines(
		Command("printf", `\n%s %s\n`, boundary, name),
		"(\n"+look+"\n) </dev/null 2>/dev/null || :",
	)
}

// Sections splits what Section printed, by name.
func Sections(out string) map[string]string {
	sections := map[string]string{}
	for _, part := range strings.Split("\n"+out, "\n"+boundary+" ")[1:] {
		name, body, _ := strings.Cut(part, "\n")
		sections[name] = body
	}
	return sections
}
