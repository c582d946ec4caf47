package hardening

import (
	"strings"

	"slipway/steps/shell"
)

// generated is a file or folder whose content a command generates once.
type generated struct {
	path string
	// by is the command.
	by string
}

func (g generated) inspect(i *inspection) { i.modes = append(i.modes, g.path) }

func (g generated) met(f findings) bool {
	for _, l := range f.lines {
		if strings.HasPrefix(l, "mode ") && strings.HasSuffix(l, " "+g.path) {
			return true
		}
	}
	return false
}

func (g generated) apply(a *actions) {
	a.shell = append(a.shell, "[ -e "+shell.Quote(g.path)+" ] || { "+g.by+"; }")
}
