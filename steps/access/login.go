package access

import (
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/guard"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// User is who slipway logs in as. Root does not log in.
const User = "deploy"

// Login is the user that may log in with the deployment's key and become root.
var Login = &fact.Fact{
	Name: "login", Title: "a user to log in as, instead of root", Phase: providers.PhaseOther, Limit: 10 * time.Minute,
	Guards: guard.Part{Paths: []string{"/etc/sudoers.d"}, Logins: []string{User}},
	Look: func(p plan.Plan) string {
		return shell.Lines(
			shell.LookFiles(SudoersFile.Path),
			`[ -n "$(command -v sudo)" ] || echo "sudo missing"`,
			`shadow=$(getent shadow `+User+` | cut -d: -f2)`,
			`case $shadow in "!"*|"*"*) echo "password none";; "") ;; *) echo "password set";; esac`,
			`home=$(getent passwd `+User+` | cut -d: -f6)`,
			`for key in `+shell.Command(p.AuthorizedKeys()...)+`; do`,
			`[ -z "$home" ] || grep -qxF "$key" "$home/.ssh/authorized_keys" || echo "key missing"`,
			`done`,
			`[ -z "$home" ] || echo "user there"`,
		)
	},
	Decide: func(v fact.View) []providers.Change {
		f := shell.Fields(v.Looked)
		var changes []providers.Change
		if f["sudo"] == "missing" {
			changes = append(changes, providers.Change{What: "install sudo", Why: "the steps become root with it"})
		}
		switch f["password"] {
		case "none":
		case "set":
			changes = append(changes, providers.Change{What: "lock the password of the user " + User, Why: "keys are the only way in"})
		default:
			changes = append(changes, providers.Change{What: "make the user " + User + ", without a password", Why: "root need not log in"})
		}
		if f["key"] == "missing" || f["user"] != "there" {
			changes = append(changes, providers.Change{What: "let the deployment's key log in as " + User})
		}
		return append(changes, fact.ChangedFiles(v.Looked, "the steps change the system", SudoersFile)...)
	},
	Script: func(v fact.View) string {
		return shell.Lines(
			`id `+User+` >/dev/null 2>&1 || useradd --create-home --shell /bin/bash `+User,
			// A locked password, not an empty one: keys are the only way in.
			`case $(getent shadow `+User+` | cut -d: -f2) in "!"*|"*"*|"") ;; *) mkdir -p /var/lib/slipway; touch `+wasUnlocked+`;; esac`,
			`usermod --lock `+User,
			`home=$(getent passwd `+User+` | cut -d: -f6)`,
			`group=$(id -gn `+User+`)`,
			`install -d -m 700 -o `+User+` -g "$group" "$home/.ssh"`,
			`keys="$home/.ssh/authorized_keys"`,
			`touch "$keys"`,
			`for key in `+shell.Command(v.Plan.AuthorizedKeys()...)+`; do`,
			`grep -qxF "$key" "$keys" || printf '%s\n' "$key" >>"$keys"`,
			`done`,
			`chown `+User+`:"$group" "$keys"`,
			`chmod 600 "$keys"`,
			strings.ReplaceAll(SudoersFile.Put(), "mv -fT", "visudo -cqf "+shell.Quote(SudoersFile.Path+".slipway-part")+"\nmv -fT"),
		)
	},
}

// EnsureSudo installs what the user becomes root with. It may take minutes, so
// it comes before the guard of the rest is armed.
var EnsureSudo = shell.Lines(`if [ -z "$(command -v sudo)" ]; then`, shell.AptInstall("sudo"), `fi`)

// wasUnlocked is there if the user had a password before, which destroy
// gives back.
const wasUnlocked = "/var/lib/slipway/deploy-was-unlocked"

var SudoersFile = shell.File{Path: "/etc/sudoers.d/90-slipway", Mode: "440",
	Content: "# Written by slipway. There is no password to ask for: a key is the only way in.\n" + User + " ALL=(ALL:ALL) NOPASSWD: ALL\n"}

// Remove is shell text that takes the deployment's keys and sudo away, and
// the owner's mark last. It can be run again.
func Remove(p plan.Plan) string {
	return shell.Lines(
		`home=$(getent passwd `+User+` | cut -d: -f6)`,
		`keys="$home/.ssh/authorized_keys"`,
		`if [ -n "$home" ] && [ -f "$keys" ]; then`,
		`  grep -v `+shell.Quote(" "+p.Tag+"$")+` "$keys" >"$keys.slipway-part" || :`,
		`  cat "$keys.slipway-part" >"$keys"`,
		`  rm -f "$keys.slipway-part"`,
		`fi`,
		`if [ -e `+wasUnlocked+` ]; then usermod --unlock `+User+`; fi`,
		shell.Command("rm", "-f", SudoersFile.Path),
		`echo "removed the deployment's keys; the user `+User+` stays"`,
		shell.Command("rm", "-rf", "/etc/slipway", "/var/lib/slipway"),
	)
}
