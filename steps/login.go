package steps

import (
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/guard"
	"slipway/steps/shell"
)

// loginUser is who slipway logs in as. Root does not log in.
const loginUser = "deploy"

// login is the user that may log in with the deployment's key and become root.
var login = &fact{
	name: "login", title: "a user to log in as, instead of root", phase: providers.PhaseOther, limit: 10 * time.Minute,
	guards: guard.Part{Paths: []string{"/etc/sudoers.d"}, Logins: []string{loginUser}},
	look: func(p Plan) string {
		return shell.Lines(
			shell.LookFiles(sudoersFile.Path),
			`[ -n "$(command -v sudo)" ] || echo "sudo missing"`,
			`shadow=$(getent shadow `+loginUser+` | cut -d: -f2)`,
			`case $shadow in "!"*|"*"*) echo "password none";; "") ;; *) echo "password set";; esac`,
			`home=$(getent passwd `+loginUser+` | cut -d: -f6)`,
			`for key in `+shell.Command(p.keys()...)+`; do`,
			`[ -z "$home" ] || grep -qxF "$key" "$home/.ssh/authorized_keys" || echo "key missing"`,
			`done`,
			`[ -z "$home" ] || echo "user there"`,
		)
	},
	decide: func(v view) []providers.Change {
		f := shell.Fields(v.Looked)
		var changes []providers.Change
		if f["sudo"] == "missing" {
			changes = append(changes, providers.Change{What: "install sudo", Why: "the steps become root with it"})
		}
		switch f["password"] {
		case "none":
		case "set":
			changes = append(changes, providers.Change{What: "lock the password of the user " + loginUser, Why: "keys are the only way in"})
		default:
			changes = append(changes, providers.Change{What: "make the user " + loginUser + ", without a password", Why: "root need not log in"})
		}
		if f["key"] == "missing" || f["user"] != "there" {
			changes = append(changes, providers.Change{What: "let the deployment's key log in as " + loginUser})
		}
		return append(changes, changedFiles(v.Looked, "the steps change the system", sudoersFile)...)
	},
	script: func(v view) string {
		return shell.Lines(
			`id `+loginUser+` >/dev/null 2>&1 || useradd --create-home --shell /bin/bash `+loginUser,
			// A locked password, not an empty one: keys are the only way in.
			`case $(getent shadow `+loginUser+` | cut -d: -f2) in "!"*|"*"*|"") ;; *) mkdir -p /var/lib/slipway; touch `+wasUnlocked+`;; esac`,
			`usermod --lock `+loginUser,
			`home=$(getent passwd `+loginUser+` | cut -d: -f6)`,
			`group=$(id -gn `+loginUser+`)`,
			`install -d -m 700 -o `+loginUser+` -g "$group" "$home/.ssh"`,
			`keys="$home/.ssh/authorized_keys"`,
			`touch "$keys"`,
			`for key in `+shell.Command(v.Plan.keys()...)+`; do`,
			`grep -qxF "$key" "$keys" || printf '%s\n' "$key" >>"$keys"`,
			`done`,
			`chown `+loginUser+`:"$group" "$keys"`,
			`chmod 600 "$keys"`,
			strings.ReplaceAll(sudoersFile.Put(), "mv -fT", "visudo -cqf "+shell.Quote(sudoersFile.Path+".slipway-part")+"\nmv -fT"),
		)
	},
}

// ensureSudo installs what the user becomes root with. It may take minutes, so
// it comes before the guard of the rest is armed.
var ensureSudo = shell.Lines(`if [ -z "$(command -v sudo)" ]; then`, aptInstall("sudo"), `fi`)

// keys may log in: the deployment's, and the operator's own if one was named.
// The tag is their comment, by which destroy knows them from others.
func (p Plan) keys() []string {
	lines := []string{p.AuthorizedKey + " " + p.Tag}
	if p.OperatorKey != "" {
		lines = append(lines, p.OperatorKey+" "+p.Tag)
	}
	return lines
}

// wasUnlocked is there if the user had a password before, which destroy
// gives back.
const wasUnlocked = "/var/lib/slipway/deploy-was-unlocked"

var sudoersFile = shell.File{Path: "/etc/sudoers.d/90-slipway", Mode: "440",
	Content: "# Written by slipway. There is no password to ask for: a key is the only way in.\n" + loginUser + " ALL=(ALL:ALL) NOPASSWD: ALL\n"}

// removeAccess is shell text that takes the deployment's keys and sudo away, and
// the owner's mark last. It can be run again.
func removeAccess(p Plan) string {
	return shell.Lines(
		`home=$(getent passwd `+loginUser+` | cut -d: -f6)`,
		`keys="$home/.ssh/authorized_keys"`,
		`if [ -n "$home" ] && [ -f "$keys" ]; then`,
		`  grep -v `+shell.Quote(" "+p.Tag+"$")+` "$keys" >"$keys.slipway-part" || :`,
		`  cat "$keys.slipway-part" >"$keys"`,
		`  rm -f "$keys.slipway-part"`,
		`fi`,
		`if [ -e `+wasUnlocked+` ]; then usermod --unlock `+loginUser+`; fi`,
		shell.Command("rm", "-f", sudoersFile.Path),
		`echo "removed the deployment's keys; the user `+loginUser+` stays"`,
		shell.Command("rm", "-rf", "/etc/slipway", "/var/lib/slipway"),
	)
}
