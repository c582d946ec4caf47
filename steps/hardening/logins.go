package hardening

import (
	"slices"
	"strings"
)

// loginGroup has those who may log in over SSH.
const loginGroup = "ssh-login"

// logins is that whoever has a shell and a key is in the group that may log in.
// An app that was broken into could write itself a key, but no shell.
type logins struct{}

// lookLogins prints who has a shell and a key.
const lookLogins = `getent group ` + loginGroup + ` | sed 's/^/group /'
while IFS=: read -r name _ _ _ _ home shell; do
  case $shell in */nologin|*/false|*/sync|"") continue;; esac
  [ "$name" = root ] || [ ! -s "$home/.ssh/authorized_keys" ] || echo "login $name"
done </etc/passwd`

func (logins) ask(q *questions) { q.logins = true }

func (logins) so(s seen) bool {
	group, there := s.some("group " + loginGroup + ":")
	members := strings.Split(group[strings.LastIndexByte(group, ':')+1:], ",")
	for _, l := range s.lines {
		if name, ok := strings.CutPrefix(l, "login "); ok && !slices.Contains(members, name) {
			return false
		}
	}
	return there
}

func (logins) act(a *actions) {
	a.shell = append(a.shell, "getent group "+loginGroup+" >/dev/null || groupadd --system "+loginGroup,
		"("+lookLogins+`) | sed -n 's/^login //p' | while read -r name; do usermod --append --groups `+loginGroup+` "$name"; done`)
}
