package hardening

import "slipway/steps/shell"

// made is a file or folder whose content a command makes once.
type made struct {
	path string
	// by is the command that makes it.
	by string
}

func (m made) ask(q *questions) { q.modes = append(q.modes, m.path) }

func (m made) so(s seen) bool {
	for _, l := range s.lines {
		if len(l) > len(m.path) && l[:5] == "mode " && l[len(l)-len(m.path)-1:] == " "+m.path {
			return true
		}
	}
	return false
}

func (m made) act(a *actions) {
	a.shell = append(a.shell, "[ -e "+shell.Quote(m.path)+" ] || { "+m.by+"; }")
}
