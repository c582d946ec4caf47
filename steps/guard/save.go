package guard

import (
	"strings"

	"slipway/steps/shell"
)

// save is shell text that keeps the part's state in the guard's folder.
func save(part Part) string {
	lines := []string{`keep=` + folder + `/old`, `mkdir "$keep" "$keep/files"`,
		`keep_path() { if [ -e "$1" ] || [ -L "$1" ]; then mkdir -p "$keep/files${1%/*}"; cp -a "$1" "$keep/files$1"; fi; }`}
	for _, path := range part.Paths {
		lines = append(lines, shell.Command("keep_path", path))
	}
	for _, user := range part.Logins {
		lines = append(lines, saveLogin(user))
	}
	for _, table := range part.Tables {
		lines = append(lines, `nft -s -n list table `+table+` >"$keep/`+word(table)+`.table" 2>/dev/null || rm -f "$keep/`+word(table)+`.table"`)
	}
	for _, unit := range part.Enabled {
		lines = append(lines, `! systemctl --quiet is-enabled `+shell.Quote(unit)+` 2>/dev/null || touch "$keep/`+unit+`.enabled"`)
	}
	return shell.Lines(lines...)
}

// saveLogin keeps a user's authorized keys and whether the password was locked;
// where there is no such user nothing is kept.
func saveLogin(user string) string {
	return shell.Lines(
		`home=$(getent passwd `+shell.Quote(user)+` | cut -d: -f6) || home=`,
		`if [ -n "$home" ]; then`,
		`printf '%s' "$home" >"$keep/`+user+`.home"`,
		`keep_path "$home/.ssh/authorized_keys"`,
		`case $(getent shadow `+shell.Quote(user)+` | cut -d: -f2) in "!"*|"*"*) ;; *) touch "$keep/`+user+`.unlocked";; esac`,
		`fi`,
	)
}

// revert is the script that puts the part's state back: what can't be put back
// keeps nothing else from it. Its argument is the token of the guard that runs
// out, "locked" if the caller holds the lock, or none at boot.
func revert(part Part) string {
	lines := []string{
		`# Written by slipway: puts back what was not proven.`,
		`set -u`,
		// A tool that somebody put before the system's may be what went wrong.
		`PATH=/usr/sbin:/usr/bin:/sbin:/bin`, `export PATH`, `umask 077`,
		`if [ "${1-}" != locked ]; then`, locked, `fi`,
		armed,
		`[ -n "$token" ] || exit 0`,
		`case ${1-} in ""|locked|"$token") ;; *) exit 0;; esac`,
		`keep=` + folder + `/old` + ` failed=`,
		`echo "putting back what was not proven by a new login: $(sed -n 2p ` + folder + `/armed)"`,
		putBack,
	}
	for _, path := range part.Paths {
		lines = append(lines, shell.Command("put_back", path))
	}
	for _, user := range part.Logins {
		lines = append(lines, revertLogin(user))
	}
	for _, unit := range part.Enabled {
		lines = append(lines, `if [ ! -e "$keep/`+unit+`.enabled" ]; then systemctl --quiet disable `+shell.Quote(unit)+`; fi`)
	}
	for _, table := range part.Tables {
		lines = append(lines, revertTable(table))
	}
	for _, unit := range part.Reload {
		lines = append(lines, reload(unit))
	}
	return shell.Lines(append(lines, `[ -z "$failed" ] || { echo "not all of it could be put back; the next boot tries again"; exit 1; }`,
		remove, `echo "the old state is back"`)...) + "\n"
}

// putBack puts one path back. What is there now goes only when the old is
// beside it: a full disk must not leave nothing.
const putBack = `put_back() {
  if [ ! -e "$keep/files$1" ] && [ ! -L "$keep/files$1" ]; then chattr -R -i "$1" 2>/dev/null; rm -rf "$1"; return; fi
  mkdir -p "${1%/*}"
  rm -rf "$1.slipway-back" "$1.slipway-gone"
  cp -a "$keep/files$1" "$1.slipway-back" || { rm -rf "$1.slipway-back"; failed=yes; return; }
  if [ -e "$1" ] || [ -L "$1" ]; then chattr -R -i "$1" 2>/dev/null; mv -T "$1" "$1.slipway-gone"; fi
  mv -T "$1.slipway-back" "$1"
  rm -rf "$1.slipway-gone"
}`

func revertLogin(user string) string {
	return shell.Lines(
		`if [ -e "$keep/`+user+`.home" ]; then`,
		`put_back "$(cat "$keep/`+user+`.home")/.ssh/authorized_keys"`,
		`if [ -e "$keep/`+user+`.unlocked" ]; then`,
		`case $(getent shadow `+shell.Quote(user)+` | cut -d: -f2) in "!"*) usermod --unlock `+shell.Quote(user)+`;; esac`,
		`fi`, `fi`,
	)
}

// revertTable replaces a table in one transaction. Declared first, it can be
// deleted whether it is there or not.
func revertTable(table string) string {
	return shell.Lines(
		`if command -v nft >/dev/null; then`,
		`{ echo 'table `+table+`'; echo 'delete table `+table+`'; cat "$keep/`+word(table)+`.table" 2>/dev/null; } | nft -f -`,
		`fi`,
	)
}

// reload has a service read its files again, or start if bad ones ended it. One
// whose unit changed is started anew.
func reload(unit string) string {
	u := shell.Quote(unit)
	return shell.Lines(
		`if [ "$(systemctl show -P NeedDaemonReload `+u+`)" = yes ]; then systemctl daemon-reload; systemctl try-restart `+u+` || :; fi`,
		`if systemctl --quiet is-active `+u+`; then`,
		shell.Reload(unit),
		`elif systemctl --quiet is-enabled `+u+` 2>/dev/null; then systemctl reset-failed `+u+`; systemctl restart `+u+`; fi`,
	)
}

// word makes a file's name of a table's.
func word(table string) string { return strings.ReplaceAll(table, " ", "-") }
