package steps

import (
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/hardening"
	"slipway/steps/shell"
)

// packages is what Debian provides for the app and its server.
var packages = &fact{
	name: "packages", title: "Debian's packages", phase: providers.PhaseApt, limit: 20 * time.Minute,
	look: func(p Plan) string {
		return shell.Lines(
			`dpkg-query -W -f 'package ${Package} ${db:Status-Status}\n' `+shell.Command(slices.Concat(appPackages(p), hardening.EveryPackage())...)+` | sed -n 's/^package \(.*\) installed$/\1 installed/p'`,
			`[ -z "$(dpkg --audit)" ] || echo "dpkg interrupted"`,
		)
	},
	decide: func(v view) []providers.Change {
		f := shell.Fields(v.Looked)
		var changes []providers.Change
		if f["dpkg"] == "interrupted" {
			changes = append(changes, providers.Change{What: "finish what dpkg was interrupted in"})
		}
		wanted, unwanted := packageNames(v)
		if missing := slices.DeleteFunc(wanted, func(name string) bool { return f[name] == "installed" }); len(missing) > 0 {
			changes = append(changes, providers.Change{What: "install " + strings.Join(missing, ", ")})
		}
		if there := slices.DeleteFunc(unwanted, func(name string) bool { return f[name] != "installed" }); len(there) > 0 {
			changes = append(changes, providers.Change{What: "remove " + strings.Join(there, ", "), Why: "what is not there has no holes"})
		}
		return changes
	},
	script: func(v view) string {
		wanted, unwanted := packageNames(v)
		for _, name := range unwanted {
			if shell.Fields(v.Looked)[name] == "installed" {
				wanted = append(wanted, name+"-") // apt removes it in the same go
			}
		}
		return aptInstall(wanted...)
	},
}

// aptInstall installs packages, after what dpkg was interrupted in. What it was
// interrupted in while unpacking can't be configured: it is installed again.
func aptInstall(names ...string) string {
	return shell.Lines(aptEnvironment, patiently,
		`patiently `+configureAll+` || echo "some packages have to be installed again"`,
		// Lists in other languages are never read here and take half the time.
		`patiently apt-get -q -o Acquire::Languages=none -o Acquire::Retries=3 update`,
		`torn=$(dpkg-query -W -f '${db:Status-Eflag} ${binary:Package}\n' | sed -n 's/^reinstreq //p')`,
		`if [ -n "$torn" ]; then`,
		shell.Command(slices.Concat(aptGet, []string{"install", "--reinstall"})...)+` $torn`,
		`patiently `+configureAll,
		`fi`,
		shell.Command(slices.Concat(aptGet, []string{"install", "--purge"}, names)...),
	)
}

const configureAll = `dpkg --force-confdef --force-confold --configure -a`

// aptGet never asks, and waits ten minutes for another package manager.
var aptGet = []string{"apt-get", "-q", "-y", "--no-install-recommends",
	"-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3", "-o", "Dpkg::Use-Pty=0",
	"-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold"}

// packageNames are the packages that should be there, and those that should not.
func packageNames(v view) (wanted, unwanted []string) {
	wanted, unwanted = hardening.Packages(profileOf(v.Plan), hardeningHost(v.System))
	return append(appPackages(v.Plan), wanted...), unwanted
}

// appPackages are those that serve the app.
func appPackages(p Plan) []string {
	names := []string{"nginx", "nftables", "python3-venv", "ca-certificates", "curl", "logrotate"}
	if len(p.domains()) > 0 {
		names = append(names, "dehydrated")
	}
	if fromGit := func(pkg string) bool { return strings.Contains(pkg, "git+") }; slices.ContainsFunc(p.App.Requirements.Packages, fromGit) {
		names = append(names, "git")
	}
	return names
}

// aptEnvironment keeps debconf, needrestart and apt-listchanges from asking.
const aptEnvironment = `export DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical NEEDRESTART_MODE=a NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none UCF_FORCE_CONFFOLD=1 LC_ALL=C.UTF-8`

// patiently runs a command again while another package manager holds a lock,
// ten minutes at most. The lists' lock has no timeout of apt's own.
const patiently = `patiently() {
  n=0
  until out=$("$@" 2>&1); do
    case $out in *[Ll]ock*) ;; *) printf '%s\n' "$out"; return 1;; esac
    n=$((n + 1))
    [ "$n" -lt 300 ] || { printf '%s\n' "$out"; return 1; }
    [ "$((n % 10))" != 1 ] || echo "waiting for another package manager to finish"
    sleep 2
  done
  printf '%s\n' "$out"
}`

// removeSystem is shell text that takes away the firewall's rules, the swap, and
// each file of the hardening. Files that others had written are put back by
// shell.PutBack. It can be run again.
func removeSystem() string {
	return shell.Lines(
		`nft delete table inet slipway 2>/dev/null || :`,
		`systemctl --quiet disable --now swapfile.swap 2>/dev/null || :`,
		shell.Command("rm", "-f", swapPath),
		`rm -f `+shell.Command(append(append(hardening.Paths(), paths(swapFiles)...), firewallPath)...),
	)
}
