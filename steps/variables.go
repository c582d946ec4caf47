package steps

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/shell"
)

// variables are the app's own settings and secrets, in a file that only root
// reads; systemd hands them to the app. Those that were not given now stay as
// they are on the server, which is the only place that keeps them.
var variables = &fact{
	name: "variables", title: "the app's variables", phase: providers.PhaseOther, limit: time.Minute,
	look: func(Plan) string {
		return shell.Lines(
			shell.Command("stat", "-c", "file %a %U:%G", variablesPath),
			// Sums only: a value never leaves the server.
			`while IFS= read -r line; do printf '%s' "$line" | sha256sum | cut -d' ' -f1; done <`+shell.Quote(variablesPath),
		)
	},
	decide: func(v view) []providers.Change {
		var changes []providers.Change
		looked := splitLines(v.Looked)
		if !slices.Contains(looked, "file 600 root:root") {
			changes = append(changes, providers.Change{What: "make the file of the app's variables", Why: "only root reads it"})
		}
		for _, key := range v.Plan.envKeys() {
			if !slices.Contains(looked, sumOf(variableLine(key, v.Plan.Env[key]))) {
				changes = append(changes, providers.Change{What: "set " + key})
			}
		}
		return changes
	},
	script: func(v view) string {
		part := shell.Quote(variablesPath + ".slipway-part")
		path := shell.Quote(variablesPath)
		lines := []string{
			`umask 077`, `mkdir -p /etc/slipway`, `touch ` + path,
			`cp ` + path + ` ` + part,
		}
		for _, key := range v.Plan.envKeys() {
			lines = append(lines,
				`sed -i `+shell.Quote("/^"+key+"=/d")+` `+part,
				shell.Command("printf", `%s\n`, variableLine(key, v.Plan.Env[key]))+` >>`+part)
		}
		unit := shell.Quote(v.Plan.layout().user + "-*.service")
		return shell.Lines(append(lines,
			`chmod 600 `+part,
			`chown root:root `+part,
			// Its socket stays open meanwhile, so requests wait and none is lost.
			`if cmp -s `+part+` `+path+`; then rm `+part+`; else mv -f `+part+` `+path+`; systemctl try-restart `+unit+`; fi`,
			`chmod 600 `+path,
		)...)
	},
}

// variableLine is a line of an environment file as systemd reads it.
func variableLine(key, value string) string {
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`).Replace(value)
	return key + `="` + escaped + `"`
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
