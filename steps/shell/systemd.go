package shell

import (
	"strings"
)

// Enable is the shell text that has a unit started at every boot. Without
// --no-reload, and where it is so already, systemctl takes a second for it.
func Enable(unit string) string {
	return "systemctl --quiet is-enabled " + Quote(unit) + " || systemctl --quiet --no-reload enable " + Quote(unit)
}

// ReloadUnits is the shell text that has systemd read units again that it has
// read before: others need none, and it takes long.
func ReloadUnits(units ...string) string {
	return `case $(systemctl show -P NeedDaemonReload ` + Command(units...) + `) in *yes*) systemctl daemon-reload;; esac`
}

// UnitWords quotes words for a unit's ExecStart, where %, $, quotes and
// backslashes mean something.
func UnitWords(words ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`, `$`, `$$`)
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if w == "" || strings.ContainsAny(w, " \t\\\"'%$;") {
			quoted[i] = `"` + escape.Replace(w) + `"`
		}
	}
	return strings.Join(quoted, " ")
}

// UnitBlock reads one unit's properties, as systemctl show prints them, and the
// TCP addresses that a socket unit listens on.
func UnitBlock(block string) (properties map[string]string, listens []string) {
	properties = map[string]string{}
	for _, line := range SplitLines(block) {
		key, value, _ := strings.Cut(line, "=")
		properties[key] = value
		if address, ok := strings.CutSuffix(value, " (Stream)"); ok && key == "Listen" {
			listens = append(listens, address)
		}
	}
	return properties, listens
}
