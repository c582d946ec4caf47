package steps

import (
	"fmt"
	"slices"
	"time"

	"slipway/providers"
	"slipway/steps/shell"
)

// account is the user that the app runs as, and its places.
var account = &fact{
	name: "account", title: "a user of its own for the app", phase: providers.PhaseOther, limit: time.Minute,
	look: func(p Plan) string {
		l := layoutOf(p.Name)
		return shell.Lines(
			`getent passwd `+shell.Quote(l.user)+` | sed 's/^/user /'`,
			shell.Command("stat", "-c", "%F %a %U:%G %n", l.root(), l.releases(), l.venvs()),
		)
	},
	decide: func(v view) []providers.Change {
		l := layoutOf(v.Plan.Name)
		var changes []providers.Change
		if shell.Fields(v.Looked)["user"] == "" {
			changes = append(changes, providers.Change{What: "make the user " + l.user, Why: "the app can touch only what is its own"})
		}
		for _, dir := range l.dirs() {
			if !slices.Contains(splitLines(v.Looked), fmt.Sprintf("directory 755 root:root %s", dir)) {
				changes = append(changes, providers.Change{What: "make the folder " + dir})
			}
		}
		return changes
	},
	script: func(v view) string {
		l := layoutOf(v.Plan.Name)
		return shell.Lines(
			`getent passwd `+shell.Quote(l.user)+` >/dev/null || `+shell.Command("useradd", "--system", "--user-group",
				"--home-dir", l.state(), "--no-create-home", "--shell", "/usr/sbin/nologin", l.user),
			shell.Command(append([]string{"install", "-d", "-m", "755", "-o", "root", "-g", "root"}, l.dirs()...)...),
		)
	},
}

func (l layout) dirs() []string { return []string{l.root(), l.releases(), l.venvs()} }

// removeRelease is shell text that removes all that the app's releases left:
// units, folders, data, and the app's user. It can be run again.
func removeRelease(l layout) string {
	return shell.Lines(
		`units=$(systemctl list-unit-files --plain --no-legend `+shell.Command(l.user+"-*.service", l.user+"-*.socket")+` | cut -d' ' -f1)`,
		`[ -z "$units" ] || systemctl --quiet disable --now $units`,
		`rm -f /etc/systemd/system/`+l.user+`-*.service /etc/systemd/system/`+l.user+`-*.socket`,
		shell.Command("rm", "-f", "/etc/systemd/system/"+appSlice, "/etc/systemd/system/"+onceSlice),
		`systemctl daemon-reload`,
		`echo "stopped and removed the app's units"`,
		shell.Command("rm", "-rf", l.root(), l.state(), cacheFolder),
		`if getent passwd `+l.user+` >/dev/null; then userdel `+l.user+`; fi`,
		`echo "removed the app, its data and its user"`,
	)
}
