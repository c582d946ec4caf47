package service

import (
	"strings"

	"slipway/steps/shell"
)

// note is the file of the major version that a kind's data is of. Only root writes it,
// once the data is made; who changes it says that the data may be started by another
// version.
func note(kind string) string { return settingsFolder + kind + ".version" }

// sameVersion is a line of a unit that refuses to start data of another version. installed
// is shell text that prints the program's.
func sameVersion(kind, installed string) string {
	const check = `have=$(INSTALLED); want=$(cat "$1"); [ "$have" = "$want" ] || { echo "the data is of version $want, and version $have is installed"; exit 1; }`
	return "ExecStartPre=" + shell.UnitWords("/bin/sh", "-c", strings.Replace(check, "INSTALLED", installed, 1), "sh", note(kind))
}

// lookVersion is shell text that prints both versions, if there is data.
func lookVersion(kind, installed string) string {
	return `if [ -e ` + note(kind) + ` ]; then echo "version $(` + installed + `) $(cat ` + note(kind) + `)"; fi`
}

// noteVersion is shell text that notes the version of data that was just made.
func noteVersion(kind, installed string) string {
	return `mkdir -p ` + settingsFolder + ` && [ -s ` + note(kind) + ` ] || { ` + installed + ` >` + note(kind) + `.part && mv -f ` + note(kind) + `.part ` + note(kind) + `; }`
}

// dataVersions are those of the program that is installed and of the data, as a look printed
// them; empty if there is none.
func dataVersions(looked string) (program, data string) {
	for _, line := range shell.SplitLines(looked) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "version" {
			return f[1], f[2]
		}
	}
	return "", ""
}
