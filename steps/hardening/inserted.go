package hardening

import (
	"maps"
	"slices"
	"strings"

	"slipway/steps/shell"
)

// inserted is a line in a file that is another's, at a place of its own.
type inserted struct {
	file, text string
	// above is a regular expression of what it stands above.
	above string
}

func (i inserted) ask(q *questions) {
	if q.exact == nil {
		q.exact = map[string][]string{}
	}
	q.exact[i.file] = append(q.exact[i.file], i.text)
}

// lookInserted prints each of the lines that is there, after its file's name.
func lookInserted(lines map[string][]string) []string {
	var parts []string
	for _, path := range slices.Sorted(maps.Keys(lines)) {
		for _, l := range unique(lines[path]) {
			parts = append(parts, shell.Command("grep", "-sHxF", "-m1", "-e", l, path))
		}
	}
	return parts
}

func (i inserted) so(s seen) bool { return s.has(i.file + ":" + i.text) }

// act puts the line above the first that it should stand above; a file without
// one is not as it was thought to be, and is left.
func (i inserted) act(a *actions) {
	a.shell = append(a.shell, shell.Keep(i.file),
		shell.Command("sed", "-i", "-E", "0,/"+i.above+"/s//"+literal.Replace(i.text)+`\n&/`, i.file))
}

// literal makes a text stand for itself where sed puts it.
var literal = strings.NewReplacer(`\`, `\\`, `/`, `\/`, `&`, `\&`)
