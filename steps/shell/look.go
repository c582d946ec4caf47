package shell

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// LookFiles prints, for each path that exists, a line of its SHA-256 and path
// and one of its mode, owner, group and path; for a symbolic link it is "link",
// the target and the path. However many files there are, it starts two programs.
func LookFiles(paths ...string) string {
	return "set --\nfor f in " + Command(paths...) + `; do
  if [ -L "$f" ]; then printf 'link %s %s\n' "$(readlink "$f")" "$f"
  elif [ -f "$f" ]; then set -- "$@" "$f"
  fi
done
[ $# = 0 ] || { sha256sum -- "$@"; stat -c '%a %U:%G %n' -- "$@"; }`
}

// Same tells whether what LookFiles printed shows the file as it should be.
func (f File) Same(looked string) bool {
	sum := sha256.Sum256([]byte(f.Content))
	lines := strings.Split(looked, "\n")
	return slices.Contains(lines, hex.EncodeToString(sum[:])+"  "+f.Path) &&
		slices.Contains(lines, fmt.Sprintf("%s %s %s", f.Mode, f.owner(), f.Path))
}

// Was tells in a few words what LookFiles showed instead of the file as it
// should be.
func (f File) Was(looked string) string {
	was := "not there"
	for line := range strings.Lines(looked) {
		rest, ok := strings.CutSuffix(strings.TrimSuffix(line, "\n"), " "+f.Path)
		fields := strings.Fields(rest)
		switch {
		case !ok:
		case len(fields) == 2 && fields[0] == "link":
			return "a link to " + fields[1]
		case len(fields) == 1:
			was = "other content"
		case len(fields) == 2 && (fields[0] != f.Mode || fields[1] != f.owner()):
			return fmt.Sprintf("mode %s, of %s", fields[0], fields[1])
		}
	}
	return was
}

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

// Fields reads lines of the form "key value" into a map; the last one wins.
func Fields(out string) map[string]string {
	fields := map[string]string{}
	for line := range strings.Lines(out) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if key != "" {
			fields[key] = value
		}
	}
	return fields
}
