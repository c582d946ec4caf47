package hardening

import (
	"strings"

	"slipway/steps/shell"
)

// dropIn is a file in which many settings have a line.
type dropIn struct {
	path, mode string
	// comment begins a comment; empty is "#".
	comment string
	// after is the command that makes running programs read it; may be empty.
	after string
}

// dropInLine is a line, or several, in a drop-in.
type dropInLine struct {
	dropIn *dropIn
	text   string
	// effective is the line that the topic's own look prints while the line is in
	// effect; empty if there is no such look.
	effective string
}

func (l dropInLine) inspect(i *inspection) { i.files = append(i.files, l.dropIn.path) }

// met tells whether the file is there and the line in effect. The file's content is
// judged once for all its lines.
func (l dropInLine) met(f findings) bool {
	return strings.Contains(f.text, " "+l.dropIn.path+"\n") && (l.effective == "" || f.has(l.effective))
}

func (l dropInLine) apply(*actions) {}

// commentMark begins the file's comments.
func (d *dropIn) commentMark() string {
	if d.comment == "" {
		return "#"
	}
	return d.comment
}

// dropIns are the drop-ins of settings, as whole files: each line below the reason
// for it.
func dropIns(settings []Setting) []file {
	var files []file
	index := map[*dropIn]int{}
	for _, s := range settings {
		for _, r := range s.requires {
			l, ok := r.(dropInLine)
			if !ok {
				continue
			}
			d := l.dropIn
			if _, begun := index[d]; !begun {
				index[d] = len(files)
				files = append(files, file{shell.File{Path: d.path, Mode: d.mode, Content: d.commentMark() + " Written by slipway.\n"}, d.after})
			}
			f := &files[index[d]]
			if why := d.commentMark() + " " + s.Why + "\n"; !strings.Contains(f.Content, why) {
				f.Content += why
			}
			f.Content += l.text + "\n"
		}
	}
	return files
}
