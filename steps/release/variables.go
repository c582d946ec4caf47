package release

import (
	_ "embed"
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
	Script: setVariables,
}

//go:embed variablerecords.sh
var variableRecords string

// VariableRecords defines the shell functions records and without, which read a
// file of variables.
var VariableRecords = shell.Script(variableRecords, nil)

//go:embed lookvariables.sh
var lookVariablesScript string

//go:embed setvariables.sh
var setVariablesScript string

// setVariables writes the release's file, and restarts a release that runs with
// other variables without dropping a request.
func setVariables(v fact.View) string {
	l, id := v.Layout(), v.Plan.Release
	next := fact.View{Plan: v.Plan, SecondInstance: true}.Layout().Variables(id)
	var lines []string
	for _, key := range v.Plan.VariableNames() {
		lines = append(lines, variableLine(key, v.Plan.Env[key]))
	}
	replaced := strings.Join(append(v.Plan.VariableNames(), v.Plan.Unset...), " ")
	return shell.Lines(
		VariableRecords,
		`set --`,
		shell.Script(setVariablesScript, shell.Values{"current": l.Current(), "folder": layout.VariablesFolder, "file": l.Variables(id),
			"next": next, "id": id, "unit": l.Unit(id), "replaced": replaced}, lines...),
		`if [ -n "$restart" ]; then`,
		restartWithSecondInstance(v),
		`fi`,
	)
}

// lookVariables prints which release takes the traffic and the sums of variables.
func lookVariables(p plan.Plan) string {
	l, given := layout.Of(p.Name), ""
	if len(p.Env)+len(p.Unset) > 0 {
		given = "yes"
	}
	return shell.Lines(VariableRecords, shell.Script(lookVariablesScript, shell.Values{
		"current": l.Current(), "folder": layout.VariablesFolder, "file": l.Variables(p.Release), "id": p.Release, "given": given,
	}))
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
