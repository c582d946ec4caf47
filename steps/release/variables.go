package release

import (
	_ "embed"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed variableslook.sh
var variablesLookText string

//go:embed variables.sh
var variablesText string

//go:embed records.sh
var recordsText string

// Variables is the fact that the release has the app's settings and secrets, in a file
// that only root reads; systemd hands them to the app. A release begins with those of the
// one that takes the traffic and those that are given now. Only the server keeps them.
var Variables = &fact.Fact{
	Name: "variables", Title: "the app's variables", Phase: providers.PhaseOther, Limit: 5 * time.Minute,
	Inner: fact.Always,
	Reads: func(p plan.Plan) fact.Reads {
		return fact.Reads{Modes: []string{layout.VariablesFolder, layout.Of(p.ServerName()).Variables(p.Release)}}
	},
	Look:   lookVariables,
	Decide: decideVariables,
	Script: func(v fact.View) string {
		l, id := v.Layout(), v.Plan.Release
		second := fact.View{Plan: v.Plan, SecondInstance: true}.Layout()
		var given []string
		for _, key := range v.Plan.VariableNames() {
			given = append(given, variableLine(key, v.Plan.Env[key]))
		}
		return shell.Lines(
			VariableRecords,
			shell.Script(variablesText, shell.Values{
				"id": id, "unit": l.Unit(id), "file": l.Variables(id), "next": second.Variables(id),
				"folder": layout.VariablesFolder, "current": l.Current(), "limit": strconv.Itoa(plan.MaxVariables),
				"omitted": strings.Join(append(v.Plan.VariableNames(), v.Plan.Unset...), " "),
			}, given...),
			restartWithSecondInstance(v),
		)
	},
}

// lookVariables finds out which release takes the traffic, and the sums of variables.
func lookVariables(p plan.Plan) string {
	l, given := layout.Of(p.ServerName()), ""
	if len(p.Env)+len(p.Unset) > 0 {
		given = "yes"
	}
	return shell.Lines(VariableRecords, shell.Script(variablesLookText, shell.Values{
		"id": p.Release, "folder": layout.VariablesFolder, "file": l.Variables(p.Release), "current": l.Current(), "given": given,
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
		switch unset := slices.Contains(v.Plan.Unset, key); {
		case given:
		case unset && has[key] != "", wanted[key] == "":
			changes = append(changes, providers.Change{What: "remove " + key})
		case !unset && has[key] != wanted[key]:
			changes = append(changes, providers.Change{What: "copy " + key + " from the current release"})
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

// FindServing is shell text that sets serving to the name of the release that takes the
// traffic. It is empty if there is none.
func FindServing(l layout.Layout) string {
	return `serving=$(basename "$(readlink ` + shell.Quote(l.Current()) + `)")`
}

// variableSums reads the lines that begin with this word in what the look printed: sums
// by the variable's name.
func variableSums(looked []string, word string) map[string]string {
	sums := map[string]string{}
	for _, line := range looked {
		if f := strings.Fields(line); len(f) == 3 && f[0] == word && plan.IsVariableName(f[1]) {
			sums[f[1]] = f[2]
		}
	}
	return sums
}

// VariableRecords is shell text that defines two functions. records FILE prints a line
// for each variable of a file, in which a line break is \n; without NAMES FILE prints the
// file but for some variables.
var VariableRecords = shell.Script(recordsText, nil)

// variableLine is a variable in an environment file, as systemd reads it.
func variableLine(key, value string) string {
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`).Replace(value)
	return key + `="` + escaped + `"`
}

// VariableSum is the sum that the look prints for a variable with this value.
func VariableSum(key, value string) string {
	return shell.Sum(strings.ReplaceAll(variableLine(key, value), "\n", `\n`))
}
