package system

import (
	_ "embed"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/hardening"
	"slipway/steps/plan"
	"slipway/steps/service"
	"slipway/steps/shell"
)

//go:embed packageslook.sh
var packagesLookText string

//go:embed packagesunknown.sh
var packagesUnknownText string

// Packages is what Debian provides for the app and its server.
var Packages = &fact.Fact{
	Name: "packages", Title: "Debian's packages", Phase: providers.PhaseApt, Limit: 20 * time.Minute,
	Look: func(p plan.Plan) string {
		return shell.Script(packagesLookText, shell.Values{"late": shell.AptLate, "unpacking": shell.AptUnpacking}, slices.Concat(appPackages(p), hardening.EveryPackage())...)
	},
	FirstBoot: firstBoot,
	Decide: func(v fact.View) []providers.Change {
		f := shell.Fields(v.Looked)
		var changes []providers.Change
		if f["dpkg"] == "interrupted" {
			changes = append(changes, providers.Change{What: "finish what dpkg had begun"})
		}
		wanted, unwanted := PackageNames(v)
		if missing := slices.DeleteFunc(wanted, func(name string) bool { return f[name] == "installed" }); len(missing) > 0 {
			changes = append(changes, providers.Change{What: "install " + strings.Join(missing, ", ")})
		}
		if there := slices.DeleteFunc(unwanted, func(name string) bool { return f[name] != "installed" }); len(there) > 0 {
			changes = append(changes, providers.Change{What: "remove " + strings.Join(there, ", "), Why: "a package that is not installed has no holes"})
		}
		return changes
	},
	Script: func(v fact.View) string {
		wanted, unwanted := PackageNames(v)
		for _, name := range unwanted {
			if shell.Fields(v.Looked)[name] == "installed" {
				wanted = append(wanted, name+"-") // apt removes it in the same run
			}
		}
		return shell.Lines("(",
			endFirstBoot(wanted),
			service.BeforeInstall(v.Plan),
			"trap "+shell.Quote(shell.Script(packagesUnknownText, nil, namesOfOthers(v.Plan)...))+" EXIT",
			shell.AptInstall(wanted...), "trap - EXIT", ")")
	},
}

// PackageNames are the packages that should be installed, and those that should not.
func PackageNames(v fact.View) (wanted, unwanted []string) {
	wanted, unwanted = hardening.Packages(ProfileOf(v.Plan), HardeningHost(v.System))
	return append(appPackages(v.Plan), wanted...), unwanted
}

// appPackages are the packages that the app needs.
func appPackages(p plan.Plan) []string {
	names := []string{"nginx", "nftables", "python3-venv", "ca-certificates", "curl", "logrotate", "sudo"}
	if len(p.Domains()) > 0 {
		names = append(names, "dehydrated")
	}
	if _, on := p.BackupTo(); on {
		names = append(names, "restic", "openssh-client")
	}
	for _, name := range slices.Concat(service.Packages(p), p.App.Packages) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// namesOfOthers are pairs for packagesunknown.sh: a package that the app asks for, and
// where it does.
func namesOfOthers(p plan.Plan) []string {
	var pairs []string
	for _, name := range p.App.Packages {
		pairs = append(pairs, name, p.App.PackageSources[name])
	}
	return pairs
}

// Remove is shell text that takes away the firewall's rules, the swap, and each file
// of the hardening. What others had written in such a place comes back by
// shell.PutBack, and Restore comes after that. Both can be run again.
func Remove() string {
	return shell.Lines(
		removeFirewall(),
		`systemctl --quiet disable --now swapfile.swap 2>/dev/null || :`,
		shell.Command(append([]string{"rm", "-f", swapPath, ownRules}, shell.Paths(slices.Concat(firewallUnits, swapFiles))...)...),
		hardening.Remove(),
	)
}

// Restore is shell text that has the server do what it did before.
func Restore() string { return shell.Lines(firewallBack(), hardening.Restore()) }
