package hardening

import (
	"maps"
	"slices"
	"strings"

	"slipway/steps/shell"
)

// insertedLine is a line at a certain place in a file of another program.
type insertedLine struct {
	file, text string
	// above is a regular expression of the line that it stands above.
	above string
}

func (l insertedLine) inspect(i *inspection) {
	if i.exactLines == nil {
		i.exactLines = map[string][]string{}
	}
	i.exactLines[l.file] = append(i.exactLines[l.file], l.text)
}

// lookInsertedLines prints each of the lines that is there, after its file's name.
func lookInsertedLines(lines map[string][]string) []string {
	var parts []string
	for _, path := range slices.Sorted(maps.Keys(lines)) {
		for _, l := range unique(lines[path]) {
			parts = append(parts, shell.Command("grep", "-sHxF", "-m1", "-e", l, path))
		}
	}
	return parts
}

func (l insertedLine) met(f findings) bool { return f.has(l.file + ":" + l.text) }

// apply leaves a file as it is that has no line to insert above: the file is not
// the one that this setting was made for.
func (l insertedLine) apply(a *actions) {
	a.shell = append(a.shell, shell.Keep(l.file),
		shell.Command("sed", "-i", "-E", "0,/"+l.above+"/s//"+sedReplacement.Replace(l.text)+`\n&/`, l.file))
}

// sedReplacement escapes what means something in the replacement of sed's s command.
var sedReplacement = strings.NewReplacer(`\`, `\\`, `/`, `\/`, `&`, `\&`)
