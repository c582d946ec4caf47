package hardening

import (
	"strconv"
	"strings"

	"slipway/steps/shell"
)

// mode is who may do what with a file or folder at most. What is not there is
// nobody's.
type mode struct {
	path string
	most string // octal, as chmod takes it: "600"
}

func (m mode) ask(q *questions) { q.modes = append(q.modes, m.path) }

func (m mode) so(s seen) bool {
	if s.text == "" {
		return false
	}
	most, _ := strconv.ParseUint(m.most, 8, 32) // the table's own, tested
	for _, l := range s.lines {
		fields := strings.Fields(l)
		if len(fields) == 4 && fields[0] == "mode" && fields[3] == m.path {
			is, err := strconv.ParseUint(fields[1], 8, 32)
			return err == nil && is&^most == 0 && strings.HasPrefix(fields[2], "root:")
		}
	}
	return true
}

func (m mode) act(a *actions) {
	path := shell.Quote(m.path)
	a.shell = append(a.shell, "if [ -e "+path+" ]; then chown root "+path+"; chmod "+m.most+" "+path+"; fi")
}
