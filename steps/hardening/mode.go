package hardening

import (
	"strconv"
	"strings"

	"slipway/steps/shell"
)

// mode is a file or folder of root's that grants at most these rights. One that
// does not exist grants none.
type mode struct {
	path string
	most string // octal, as chmod takes it: "600"
}

func (m mode) inspect(i *inspection) { i.modes = append(i.modes, m.path) }

func (m mode) met(f findings) bool {
	if f.text == "" {
		return false
	}
	most, _ := strconv.ParseUint(m.most, 8, 32) // the test of the list sees that it can be read
	for _, l := range f.lines {
		fields := strings.Fields(l)
		if len(fields) == 4 && fields[0] == "mode" && fields[3] == m.path {
			is, err := strconv.ParseUint(fields[1], 8, 32)
			return err == nil && is&^most == 0 && strings.HasPrefix(fields[2], "root:")
		}
	}
	return true
}

func (m mode) apply(a *actions) {
	path := shell.Quote(m.path)
	a.shell = append(a.shell, "if [ -e "+path+" ]; then chown root "+path+"; chmod "+m.most+" "+path+"; fi")
}
