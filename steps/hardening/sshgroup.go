package hardening

import (
	_ "embed" // the scripts
	"slices"
	"strings"

	"slipway/steps/shell"
)

// loginGroup has those who may log in over SSH.
const loginGroup = "ssh-login"

//go:embed sshlogins.sh
var sshLoginsScript string

//go:embed addsshlogins.sh
var addSSHLoginsScript string

// sshGroup is the group of those who may log in, with everybody in it who has a
// shell and a key. A compromised app could write itself a key, but has no shell.
type sshGroup struct{}

func lookSSHLogins() string {
	return shell.Script(sshLoginsScript, shell.Values{"group": loginGroup})
}

func (sshGroup) inspect(i *inspection) { i.sshGroup = true }

func (sshGroup) met(f findings) bool {
	group, exists := f.after("group " + loginGroup + ":")
	members := strings.Split(group[strings.LastIndexByte(group, ':')+1:], ",")
	for _, l := range f.lines {
		if name, ok := strings.CutPrefix(l, "login "); ok && !slices.Contains(members, name) {
			return false
		}
	}
	return exists
}

func (sshGroup) apply(a *actions) {
	a.shell = append(a.shell, shell.Lines("(", lookSSHLogins(), ") | (", shell.Script(addSSHLoginsScript, shell.Values{"group": loginGroup}), ")"))
}
