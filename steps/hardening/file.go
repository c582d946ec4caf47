package hardening

import (
	"strings"

	"slipway/steps/shell"
)

// file is a whole file that slipway owns.
type file struct {
	shell.File
	// after is the command that makes running programs read it; may be empty.
	after string
}

func (f file) inspect(i *inspection)    { i.files = append(i.files, f.Path) }
func (f file) met(looked findings) bool { return f.Same(looked.text) }
func (f file) apply(a *actions)         { a.files, a.after = append(a.files, f.File), append(a.after, f.after) }

// missing tells whether there is no such file at all.
func (f file) missing(looked findings) bool { return !strings.Contains(looked.text, " "+f.Path+"\n") }

// ownPaths are the files that requirements write as a whole.
func ownPaths(requirements []requirement) []string {
	var paths []string
	for _, r := range requirements {
		switch r := r.(type) {
		case file:
			paths = append(paths, r.Path)
		case dropInLine:
			paths = append(paths, r.dropIn.path)
		}
	}
	return paths
}
