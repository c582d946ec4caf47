package hardening

import (
	_ "embed" // the scripts
	"path/filepath"
	"slices"
	"strings"

	"slipway/steps/shell"
)

// beforeFile says what a server did before it was first changed.
const beforeFile = "/var/lib/slipway/before"

var (
	//go:embed before.sh
	beforeText string
	//go:embed back.sh
	backText string
)

// broughtAlong are units that are started by the packages that slipway installs, or by
// other steps, a socket before what it would start again. Those that a setting names
// come beside them.
var broughtAlong = []string{"syslog.socket", "nginx.service", "nftables.service", "unattended-upgrades.service", "apt-listchanges.timer", "logrotate.timer",
	"dailyaidecheck.timer", "chkrootkit.timer", "audit-rules.service", "dehydrated.timer"}

// KeepBefore is shell text that keeps what the server does, once and before slipway
// first changes it: owner is the file that marks a server as slipway's.
func KeepBefore(owner string) string {
	units, keys, paths, mounts := broughtAlong, []string{"vm/swappiness"}, []string{}, []string{}
	for _, s := range All() {
		for _, r := range s.requires {
			switch r := r.(type) {
			case unit:
				units = append(units, r.name)
			case clock:
				units = append(units, clocks...)
			case sysctl:
				keys = append(keys, r.path())
			case mode:
				paths = append(paths, r.path)
			case mount:
				mounts = append(mounts, r.where)
			}
		}
	}
	// Whether the kernel forwards decides on other settings: it comes first.
	slices.SortStableFunc(keys, func(a, b string) int {
		return strings.Count(b, "forward") - strings.Count(a, "forward")
	})
	words := func(list []string) string { return strings.Join(unique(list), " ") }
	return shell.Lines("(", shell.Script(beforeText, shell.Values{"file": beforeFile, "owner": owner, "units": words(units),
		"keys": words(keys), "paths": words(paths), "mounts": words(mounts)}), ")")
}

// Remove is shell text that removes the files that slipway owns, of all profiles.
// What others had written in such a place comes back by shell.PutBack, and Restore
// comes after that.
func Remove() string {
	parts := []string{"[ ! -e " + pamProfiles + "slipway-history ] || " + pamRemove}
	for _, path := range Paths() {
		if folder, name := filepath.Split(path); folder == "/etc/systemd/system/" {
			parts = append(parts, "systemctl --quiet disable --now "+shell.Quote(name)+" 2>/dev/null || :")
		}
	}
	return shell.Lines(append(parts, shell.Command(append([]string{"rm", "-f"}, Paths()...)...))...)
}

// Restore is shell text that has the server do what it did before: programs read their
// own settings again, and units, the kernel's settings, modes and mounts are as they
// were. It prints what stays until the next reboot.
func Restore() string {
	var after, ours []string
	for _, s := range All() {
		for _, r := range s.requires {
			switch r := r.(type) {
			case file:
				after = append(after, r.after)
			case sysctl:
				ours = append(ours, r.path()+"="+r.value)
			}
		}
	}
	parts := []string{"systemctl daemon-reload"}
	for _, command := range unique(after) {
		if command != "" && command != pamUpdate {
			parts = append(parts, "{\n"+command+"\n} >/dev/null 2>&1 || :")
		}
	}
	ours = append(ours, "vm/swappiness=10")
	return shell.Lines(append(parts, "(", shell.Script(backText, shell.Values{"file": beforeFile, "profiles": "pwquality tmpdir"}, unique(ours)...), ")")...)
}
