package hardening

import (
	"strings"

	"slipway/steps/shell"
)

// file is a whole file of slipway's own.
type file struct {
	shell.File
	// after is the command that makes running programs take it up; may be empty.
	after string
}

func (f file) ask(q *questions) { q.files = append(q.files, f.Path) }
func (f file) so(s seen) bool   { return f.Same(s.text) }
func (f file) act(a *actions)   { a.files, a.after = append(a.files, f.File), append(a.after, f.after) }

// missing tells whether there is no such file at all.
func (f file) missing(s seen) bool { return !strings.Contains(s.text, " "+f.Path+"\n") }

// drop is a file that many settings have lines in.
type drop struct {
	path, mode string
	// head is what stands above the lines, after the comment that says whose it is.
	head string
	// comment begins a comment: "#" if it is empty.
	comment string
	after   string
}

// line is a line, or more, in a file that settings share.
type line struct {
	drop *drop
	text string
	// effective is the line that the topic's own look prints once it is so;
	// empty if there is no such look.
	effective string
}

// ask is nothing: the file is looked at as a whole.
func (l line) ask(q *questions) { q.files = append(q.files, l.drop.path) }

// so tells whether the file is there and the line effective; whether the file
// is as it should be is decided once for all its lines.
func (l line) so(s seen) bool {
	return strings.Contains(s.text, " "+l.drop.path+"\n") && (l.effective == "" || s.has(l.effective))
}

func (l line) act(*actions) {}

// mark is how comments begin.
func (d *drop) mark() string {
	if d.comment == "" {
		return "#"
	}
	return d.comment
}

// drops are the shared files of settings, whole.
func drops(settings []Setting) []file {
	var files []file
	index := map[*drop]int{}
	for _, s := range settings {
		for _, w := range s.wants {
			l, ok := w.(line)
			if !ok {
				continue
			}
			d := l.drop
			if _, begun := index[d]; !begun {
				index[d] = len(files)
				files = append(files, file{shell.File{Path: d.path, Mode: d.mode, Content: d.mark() + " Written by slipway.\n" + d.head}, d.after})
			}
			f := &files[index[d]]
			why := d.mark() + " " + s.Why + "\n"
			if !strings.HasSuffix(f.Content, "\n") || !strings.Contains(f.Content, why) {
				f.Content += why
			}
			f.Content += l.text + "\n"
		}
	}
	return files
}

// ownPaths are the files that wants write as a whole.
func ownPaths(wants []want) []string {
	var paths []string
	for _, w := range wants {
		switch w := w.(type) {
		case file:
			paths = append(paths, w.Path)
		case line:
			paths = append(paths, w.drop.path)
		}
	}
	return paths
}
