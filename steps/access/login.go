package access

import (
	_ "embed"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/guard"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// User is who slipway logs in as. Root does not log in.
const User = fact.LoginUser

var (
	//go:embed loginlook.sh
	loginLookText string
	//go:embed login.sh
	loginText string
	//go:embed ownkeys.sh
	ownKeysText string
	//go:embed loginremove.sh
	loginRemoveText string
)

// Login is the user that may log in with the deployment's key and become root.
var Login = &fact.Fact{
	Name: "login", Title: "a user to log in as, instead of root", Phase: providers.PhaseOther, Limit: 10 * time.Minute,
	Guards: guard.Part{Paths: []string{"/etc/sudoers.d"}, Logins: []string{User}},
	Look: func(p plan.Plan) string {
		return shell.Lines(
			shell.LookFiles(SudoersFile.Path),
			shell.Script(loginLookText, shell.Values{"user": User}, p.AuthorizedKeys()...),
		)
	},
	Decide: func(v fact.View) []providers.Change {
		f := shell.Fields(v.Looked)
		var changes []providers.Change
		if f["sudo"] == "missing" {
			changes = append(changes, providers.Change{What: "install sudo", Why: "slipway becomes root with it"})
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
		return append(changes, fact.ChangedFiles(v.Looked, "slipway changes the system as root", SudoersFile)...)
	},
	Script: func(v fact.View) string {
		return shell.Lines(
			shell.Bounds(), shell.Script(ownKeysText, nil),
			shell.Script(loginText, shell.Values{"user": User, "unlocked": unlockedBefore}, v.Plan.AuthorizedKeys()...),
			SudoersFile.PutIf("visudo", "-cqf"),
		)
	},
}

// EnsureSudo is shell text that installs sudo where it is missing. It may take
// minutes, so it comes before the guard of the rest is armed.
var EnsureSudo = shell.Lines(`if [ -z "$(command -v sudo)" ]; then`, shell.AptInstall("sudo"), `fi`)

// unlockedBefore is a file that says that the user had a password before, which
// destroy gives back.
const unlockedBefore = "/var/lib/slipway/deploy-was-unlocked"

// SudoersFile lets the user become root without a password.
var SudoersFile = shell.File{Path: "/etc/sudoers.d/90-slipway", Mode: "440",
	Content: "# Written by slipway. There is no password to ask for: a key is the only way in.\n" + User + " ALL=(ALL:ALL) NOPASSWD: ALL\n"}

// Remove is shell text that takes the deployment's keys and sudo away, and the
// owner's mark last. The user stays. It can be run again.
func Remove(p plan.Plan) string {
	return shell.Lines(
		shell.Bounds(), shell.Script(ownKeysText, nil),
		shell.Script(loginRemoveText, shell.Values{"user": User, "tag": p.Tag, "unlocked": unlockedBefore}),
		shell.Command("rm", "-f", SudoersFile.Path),
		shell.Command("echo", "removed the deployment's keys; the user "+User+" stays"),
		shell.Command("rm", "-rf", "/etc/slipway", "/var/lib/slipway"),
	)
}
