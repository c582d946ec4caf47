package release

import (
	_ "embed"
	"fmt"
	"slices"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed remove.sh
var removeText string

// Account is the fact that the app has its own user and its folders, and that there is
// a user for what runs before a release.
var Account = &fact.Fact{
	Name: "account", Title: "a user of its own for the app", Phase: providers.PhaseOther, Limit: time.Minute,
	Reads: func(p plan.Plan) fact.Reads { return fact.Reads{Modes: layout.Of(p.ServerName()).Dirs()} },
	Look: func(p plan.Plan) string {
		l := layout.Of(p.ServerName())
		return shell.Lines(
			`echo "user $(getent passwd `+shell.Quote(l.User)+`)"`,
			`echo "builder $(getent passwd `+builder+`)"`,
		)
	},
	Decide: func(v fact.View) []providers.Change {
		l := layout.Of(v.Plan.ServerName())
		var changes []providers.Change
		if shell.Fields(v.Looked)["user"] == "" {
			changes = append(changes, providers.Change{What: "make the user " + l.User, Why: "the app can touch only what is its own"})
		}
		if shell.Fields(v.Looked)["builder"] == "" {
			changes = append(changes, providers.Change{What: "make the user " + builder, Why: "packages, builds and tests can't reach what the app holds"})
		}
		for _, dir := range l.Dirs() {
			if !slices.Contains(shell.SplitLines(v.Looked), fmt.Sprintf("directory 755 root:root %s", dir)) {
				changes = append(changes, providers.Change{What: "make the folder " + dir})
			}
		}
		return changes
	},
	Script: func(v fact.View) string {
		l := layout.Of(v.Plan.ServerName())
		return shell.Lines(
			makeUser(l.User, l.State()),
			makeUser(builder, "/nonexistent"),
			shell.Command(append([]string{"install", "-d", "-m", "755", "-o", "root", "-g", "root"}, l.Dirs()...)...),
			// The sandbox of the builder hides it, and where it is not there makes it, as root's.
			`[ -d `+shell.Quote(l.State())+` ] || `+shell.Command("install", "-d", "-m", "755", "-o", l.User, "-g", l.User, l.State()),
		)
	},
}

// makeUser is shell text that makes a user who can't log in, unless there is one.
func makeUser(name, home string) string {
	return `getent passwd ` + shell.Quote(name) + ` >/dev/null || ` + shell.Command("useradd", "--system", "--user-group",
		"--home-dir", home, "--no-create-home", "--shell", "/usr/sbin/nologin", name)
}

// Remove is shell text that removes all that the app's releases left: units, folders,
// data, and the users. It can be run again. It prints a line for each part.
func Remove(l layout.Layout) string {
	return shell.Script(removeText, shell.Values{"user": l.User, "builder": builder},
		unitsFolder+appSlice, unitsFolder+onceSlice, l.Root(), l.State(), cacheFolder, layout.PythonsFolder)
}
