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
	Guards: guard.Part{Paths: []string{"/etc/sudoers.d"}}, // and the user, whom the engine adds
	Reads:  func(plan.Plan) fact.Reads { return fact.Reads{Files: []string{SudoersFile.Path}} },
	Look: func(p plan.Plan) string {
		return shell.Script(loginLookText, shell.Values{"user": p.LoginUser()}, p.AuthorizedKeys()...)
	},
	Decide: func(v fact.View) []providers.Change {
		f, user := shell.Fields(v.Looked), v.Plan.LoginUser()
		var changes []providers.Change
		if f["sudo"] == "missing" {
			changes = append(changes, providers.Change{What: "install sudo", Why: "slipway becomes root with it"})
		}
		switch f["password"] {
		case "none":
		case "set":
			changes = append(changes, providers.Change{What: "lock the password of the user " + user, Why: "keys are the only way in"})
		default:
			changes = append(changes, providers.Change{What: "make the user " + user + ", without a password", Why: whyUser(user)})
		}
		if f["key"] == "missing" || f["user"] != "there" {
			changes = append(changes, providers.Change{What: "let the deployment's key log in as " + user})
		}
		return append(changes, fact.ChangedFiles(v.Looked, "slipway changes the system as root", sudoersFile(user))...)
	},
	Script: func(v fact.View) string {
		return shell.Lines(
			shell.Bounds(), shell.Script(ownKeysText, nil),
			shell.Script(loginText, shell.Values{"user": v.Plan.LoginUser(), "unlocked": unlockedBefore}, v.Plan.AuthorizedKeys()...),
			sudoersFile(v.Plan.LoginUser()).PutIf("visudo", "-cqf"),
		)
	},
}

// whyUser is why slipway has a user of its own.
func whyUser(user string) string {
	if usual := plan.Logins[0]; user != usual {
		return usual + " is somebody else's here, and root need not log in"
	}
	return "root need not log in"
}

// EnsureSudo is shell text that installs sudo where it is missing. It may take
// minutes, so it comes before the guard of the rest is armed.
var EnsureSudo = shell.Lines(`if [ -z "$(command -v sudo)" ]; then`, shell.AptInstall("sudo"), `fi`)

// unlockedBefore is a file that says that the user had a password before, which
// destroy gives back.
const unlockedBefore = "/var/lib/slipway/deploy-was-unlocked"

// SudoersFile lets the usual user become root without a password.
var SudoersFile = sudoersFile(plan.Logins[0])

func sudoersFile(user string) shell.File {
	return shell.File{Path: fact.SudoersPath, Mode: "440",
		Content: "# " + fact.SudoersMark + ". There is no password to ask for: a key is the only way in.\n" + user + " ALL=(ALL:ALL) NOPASSWD: ALL\n"}
}

// Remove is shell text that takes the deployment's keys and sudo away, and the
// owner's mark last. The user stays. It can be run again.
func Remove(p plan.Plan) string {
	return shell.Lines(
		shell.Bounds(), shell.Script(ownKeysText, nil),
		shell.Script(loginRemoveText, shell.Values{"user": p.LoginUser(), "tag": p.Tag, "unlocked": unlockedBefore}),
		shell.Command("rm", "-f", SudoersFile.Path),
		shell.Command("echo", "removed the deployment's keys; the user "+p.LoginUser()+" stays"),
		shell.Command("rm", "-rf", "/var/lib/slipway", "/etc/slipway"),
	)
}
