package system

import (
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/hardening"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// Packages is what Debian provides for the app and its server.
var Packages = &fact.Fact{
	Name: "packages", Title: "Debian's packages", Phase: providers.PhaseApt, Limit: 20 * time.Minute,
	Look: func(p plan.Plan) string {
		return shell.Lines(
			`dpkg-query -W -f 'package ${Package} ${db:Status-Status}\n' `+shell.Command(slices.Concat(appPackages(p), hardening.EveryPackage())...)+` | sed -n 's/^package \(.*\) installed$/\1 installed/p'`,
			`[ -z "$(dpkg --audit)" ] || echo "dpkg interrupted"`,
		)
	},
	Decide: func(v fact.View) []providers.Change {
		f := shell.Fields(v.Looked)
		var changes []providers.Change
		if f["dpkg"] == "interrupted" {
			changes = append(changes, providers.Change{What: "finish what dpkg was interrupted in"})
		}
		wanted, unwanted := PackageNames(v)
		if missing := slices.DeleteFunc(wanted, func(name string) bool { return f[name] == "installed" }); len(missing) > 0 {
			changes = append(changes, providers.Change{What: "install " + strings.Join(missing, ", ")})
		}
		if there := slices.DeleteFunc(unwanted, func(name string) bool { return f[name] != "installed" }); len(there) > 0 {
			changes = append(changes, providers.Change{What: "remove " + strings.Join(there, ", "), Why: "what is not there has no holes"})
		}
		return changes
	},
	Script: func(v fact.View) string {
		wanted, unwanted := PackageNames(v)
		for _, name := range unwanted {
			if shell.Fields(v.Looked)[name] == "installed" {
				wanted = append(wanted, name+"-") // apt removes it in the same go
			}
		}
		return shell.AptInstall(wanted...)
	},
}

// PackageNames are the packages that should be there, and those that should not.
func PackageNames(v fact.View) (wanted, unwanted []string) {
	wanted, unwanted = hardening.Packages(ProfileOf(v.Plan), HardeningHost(v.System))
	return append(appPackages(v.Plan), wanted...), unwanted
}

// appPackages are those that serve the app.
func appPackages(p plan.Plan) []string {
	names := []string{"nginx", "nftables", "python3-venv", "ca-certificates", "curl", "logrotate"}
	if len(p.Domains()) > 0 {
		names = append(names, "dehydrated")
	}
	if fromGit := func(pkg string) bool { return strings.Contains(pkg, "git+") }; slices.ContainsFunc(p.App.Requirements.Packages, fromGit) {
		names = append(names, "git")
	}
	return names
}

// Remove is shell text that takes away the firewall's rules, the swap, and
// each file of the hardening. Files that others had written are put back by
// shell.PutBack. It can be run again.
func Remove() string {
	return shell.Lines(
		`nft delete table inet slipway 2>/dev/null || :`,
		`systemctl --quiet disable --now swapfile.swap 2>/dev/null || :`,
		shell.Command("rm", "-f", swapPath),
		`rm -f `+shell.Command(append(append(hardening.Paths(), shell.Paths(swapFiles)...), firewallPath)...),
	)
}
