package release

import (
	"maps"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// Variables are the app's own settings and secrets, in a file for each release
// that only root reads; systemd hands them to the app. A release begins with
// those of the one that takes the traffic and what was given now: the server is
// the only place that keeps them.
var Variables = &fact.Fact{
	Name: "variables", Title: "the app's variables", Phase: providers.PhaseOther, Limit: 5 * time.Minute,
	Look:   lookVariables,
	Decide: decideVariables,
	Script: func(v fact.View) string {
		l, id := v.Layout(), v.Plan.Release
		next := fact.View{Plan: v.Plan, SecondInstance: true}.Layout().Variables(id)
		lines := []string{
			`umask 077`,
			shell.Command("install", "-d", "-m", "700", "-o", "root", "-g", "root", layout.VariablesFolder),
			FindServing(l),
			VariableRecords,
			`if [ -n "$serving" ] && [ -e ` + layout.VariablesFolder + `/"$serving.env" ]; then`,
			`without ` + shell.Quote(strings.Join(append(v.Plan.VariableNames(), v.Plan.Unset...), " ")) + ` ` + layout.VariablesFolder + `/"$serving.env" >` + shell.Quote(next),
			`else : >` + shell.Quote(next),
			`fi`,
		}
		for _, key := range v.Plan.VariableNames() {
			lines = append(lines, shell.Command("printf", `%s\n`, variableLine(key, v.Plan.Env[key]))+` >>`+shell.Quote(next))
		}
		return shell.Lines(append(lines,
			shell.Command("chmod", "600", next),
			shell.Command("chown", "root:root", next),
			`if [ "$serving" != `+id+` ] || cmp -s `+shell.Command(next, l.Variables(id))+` || ! systemctl is-active --quiet `+l.Unit(id)+`.service; then`,
			shell.Command("mv", "-fT", next, l.Variables(id)),
			`else`,
			restartWithSecondInstance(v),
			`fi`,
		)...)
	},
}

// lookVariables prints which release takes the traffic and, where it matters,
// a line with the sum of each variable: a value never leaves the server.
func lookVariables(p plan.Plan) string {
	l := layout.Of(p.Name)
	given := ""
	if len(p.Env)+len(p.Unset) > 0 {
		given = `serving=; `
	}
	return shell.Lines(
		shell.Command("stat", "-c", "%F %a %U:%G %n", layout.VariablesFolder, l.Variables(p.Release)),
		FindServing(l),
		`echo "serving $serving"`,
		VariableRecords,
		`sums() { records "$2" | while IFS= read -r line; do echo "$1 ${line%%=*} $(printf '%s' "$line" | sha256sum | cut -d' ' -f1)"; done; }`,
		// A release that takes the traffic has what it has, unless something is
		// given now; each sum takes a while.
		`if [ "$serving" != `+p.Release+` ]; then sums from `+layout.VariablesFolder+`/"$serving.env"; serving=; fi`,
		given+`[ -n "$serving" ] || sums has `+shell.Quote(l.Variables(p.Release)),
	)
}

func decideVariables(v fact.View) []providers.Change {
	l, id := v.Layout(), v.Plan.Release
	looked := shell.SplitLines(v.Looked)
	has, from := variableSums(looked, "has"), variableSums(looked, "from")
	var changes []providers.Change
	if !slices.Contains(looked, "directory 700 root:root "+layout.VariablesFolder) || !slices.ContainsFunc(looked, func(line string) bool {
		return strings.HasPrefix(line, "regular ") && strings.HasSuffix(line, " 600 root:root "+l.Variables(id))
	}) {
		changes = append(changes, providers.Change{What: "make the file of the app's variables", Why: "only root reads it"})
	}
	wanted := has
	if !slices.Contains(looked, "serving "+id) {
		wanted = from
	}
	for _, key := range slices.Sorted(maps.Keys(merged(has, wanted))) {
		_, given := v.Plan.Env[key]
		switch gone := slices.Contains(v.Plan.Unset, key); {
		case given:
		case gone && has[key] != "", wanted[key] == "":
			changes = append(changes, providers.Change{What: "take away " + key})
		case !gone && has[key] != wanted[key]:
			changes = append(changes, providers.Change{What: "take over " + key + " from the release before"})
		}
	}
	for _, key := range v.Plan.VariableNames() {
		if has[key] != VariableSum(key, v.Plan.Env[key]) {
			changes = append(changes, providers.Change{What: "set " + key})
		}
	}
	return changes
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// FindServing is the shell text that finds out which release takes the traffic.
func FindServing(l layout.Layout) string {
	return `serving=$(basename "$(readlink ` + shell.Quote(l.Current()) + `)")`
}

// variableSums reads the lines that a look printed, by the variable's name.
func variableSums(looked []string, which string) map[string]string {
	sums := map[string]string{}
	for _, line := range looked {
		if f := strings.Fields(line); len(f) == 3 && f[0] == which {
			sums[f[1]] = f[2]
		}
	}
	return sums
}

// VariableRecords is shell text: records prints a line for each variable of a
// file, in which a line break is \n, which no other text in such a file is;
// without prints the file but for some variables. A value may take many lines:
// it ends with a quote that no backslash stands before, but for pairs of them.
const VariableRecords = `each='
function ends(s) { return s ~ /(^|[^\\])(\\\\)*"$/ }
{ rest = $0
  if (!inside) { record = $0; key = $0; sub(/=.*/, "", key); inside = sub(/^[A-Za-z_][A-Za-z0-9_]*="/, "", rest) }
  else record = record "\\n" $0
  if (!index(gone, " " key " ")) { if (whole == "") print }
  if (ends(rest)) inside = 0
  if (!inside && whole != "") print record }'
records() { LC_ALL=C awk -v whole=yes "$each" "$1"; }
without() { LC_ALL=C awk -v gone=" $1 " "$each" "$2"; }`

// variableLine is what an environment file says of a variable, as systemd reads
// it.
func variableLine(key, value string) string {
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`).Replace(value)
	return key + `="` + escaped + `"`
}

// VariableSum is what the look prints of a variable with this value.
func VariableSum(key, value string) string {
	return shell.Sum(strings.ReplaceAll(variableLine(key, value), "\n", `\n`))
}
