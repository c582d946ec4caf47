package release

import (
	_ "embed"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/service"
	"slipway/steps/shell"
)

//go:embed data.sh
var dataText string

//go:embed datalook.sh
var dataLookText string

//go:embed scratch.sh
var scratchText string

// Data is the fact that what the app keeps beside its code is in its state folder, and
// that the release has a place in its source where it sees it. A folder is mounted there
// when a process starts; a file is a link, beside whose end SQLite makes its journals.
// What is kept already is never overwritten.
var Data = &fact.Fact{
	Name: "data", Title: "what the app keeps across releases", Phase: providers.PhaseOther, Limit: 30 * time.Minute,
	Inner: fact.Always,
	Look:  func(p plan.Plan) string { return shell.Script(dataLookText, dataValues(p), dataWords(p)...) },
	Decide: func(v fact.View) []providers.Change {
		l, looked := layout.Of(v.Plan.ServerName()), shell.SplitLines(v.Looked)
		var changes []providers.Change
		for _, k := range v.Plan.App.Data {
			switch {
			case !slices.Contains(looked, "kept "+k.Path):
				changes = append(changes, providers.Change{What: "keep " + k.Shown() + " across releases in " + l.Kept(k.Path), Why: whySeeded(v.Plan, k)})
			case !slices.Contains(looked, "placed "+k.Path):
				changes = append(changes, providers.Change{What: "let release " + v.Plan.Release + " see the kept " + k.Shown(), Why: "it stays as it is"})
			}
		}
		return changes
	},
	Script: func(v fact.View) string {
		values := dataValues(v.Plan)
		values["user"] = v.Layout().User
		return shell.Lines(shell.Bounds(), shell.Script(dataText, values, dataWords(v.Plan)...))
	},
	Detail: func(v fact.View) string {
		var shown []string
		for _, k := range v.Plan.App.Data {
			shown = append(shown, k.Shown())
		}
		return strings.Join(shown, ", ") + " in " + layout.Of(v.Plan.ServerName()).Kept("")
	},
}

// whySeeded says what a kept path begins with.
func whySeeded(p plan.Plan, k app.Kept) string {
	if p.Bundle != nil && slices.ContainsFunc(p.Bundle.Files, func(f app.BundleFile) bool {
		return f.Path == k.Path || strings.HasPrefix(f.Path, k.Path+"/")
	}) {
		return "seeded once from the source"
	}
	return "a release and a rollback leave it as it is"
}

func dataValues(p plan.Plan) shell.Values {
	l := layout.Of(p.ServerName())
	return shell.Values{"state": l.State(), "kept": strings.TrimSuffix(l.Kept(""), "/"), "source": l.Source(p.Release), "seeds": seedsPath(p)}
}

// seedsPath is the folder of the files that the source carries where it now has links.
func seedsPath(p plan.Plan) string { return layout.Of(p.ServerName()).Release(p.Release) + "/seeds" }

// dataWords are two words for each kept path: its kind and the path.
func dataWords(p plan.Plan) []string {
	var words []string
	for _, k := range p.App.Data {
		kind := "folder"
		switch {
		case k.File:
			kind = "file"
		case k.URL != "":
			kind = "served"
		}
		words = append(words, kind, k.Path)
	}
	return words
}

// dataLines are properties, "Key=value" as systemd-run takes them, by which a process sees what the app
// keeps at the folder kept. What is in a folder for temporary files is a link there: the
// folder itself stays the unit's own.
func dataLines(l layout.Layout, id string, found app.Found, kept string) []string {
	var lines []string
	for _, k := range found.Data {
		from, to := kept+"/"+strings.TrimPrefix(k.Path, "/"), k.Path
		switch {
		case k.Temporary():
			lines = append(lines, "ExecStartPre="+shell.ExecWords("/bin/ln", "-sfnT", from, to))
		case k.File:
		default:
			if !k.Outside() {
				to = l.Source(id) + "/" + k.Path
			}
			lines = append(lines, bind(from, to))
		}
	}
	return lines
}

// bind is a property by which processes see a folder at another place too.
func bind(from, to string) string {
	return "BindPaths=" + shell.PropertyWords(from) + ":" + shell.PropertyWords(to)
}

// withoutData are the properties of a command of the builder's that needs what the app
// keeps: instead of the running app's it sees a copy of what the release carries, of its
// own. before and after are shell texts that make the copy and throw it away.
func withoutData(p plan.Plan) (before, after string, properties []string) {
	l := layout.Of(p.ServerName())
	properties = append([]string{
		"WorkingDirectory=" + l.Source(p.Release),
		variablesLine(l, p.Release),
		environmentLine(append([]string{"HOME=/tmp", "TMPDIR=/var/tmp", "STATE_DIRECTORY=/tmp", "PYTHONDONTWRITEBYTECODE=1"}, appEnvironment(l, p, service.BuildVariables(p))...)),
	}, figures(p.App)...)
	if len(p.App.Data) == 0 {
		return "", "", properties
	}
	scratch := l.Release(p.Release) + "/scratch"
	values := dataValues(p)
	delete(values, "state")
	delete(values, "kept")
	values["scratch"], values["user"] = scratch, l.User
	properties = append(properties, bind(scratch, strings.TrimSuffix(l.Kept(""), "/")))
	properties = append(properties, dataLines(l, p.Release, p.App, scratch)...)
	before = shell.Lines(shell.Bounds(), shell.Script(scratchText, values, dataWords(p)...), shell.Command(handToBuilder(scratch)...))
	return before, shell.Command("rm", "-rf", scratch), properties
}
