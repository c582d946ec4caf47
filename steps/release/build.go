package release

import (
	_ "embed"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed static.sh
var staticText string

//go:embed servelinks.sh
var serveLinksText string

//go:embed lend.sh
var lendText string

//go:embed giveback.sh
var giveBackText string

// Build is the fact that the app's build command ran in the release, and that the files
// that nginx serves without the app are in place.
var Build = &fact.Fact{
	Name: "build", Title: "the files that are made from the app's source", Phase: providers.PhaseOther, Limit: 30 * time.Minute,
	Look: func(p plan.Plan) string {
		return shell.Lines(shell.Command("cat", builtPath(p)), shell.Command("sed", "s/^/"+unservedLine+"/", unservedPath(p)))
	},
	Decide: func(v fact.View) []providers.Change {
		if _, built := unserved(v); built {
			return nil
		}
		var changes []providers.Change
		if v.Plan.App.NeedsNode() {
			changes = append(changes, providers.Change{What: "install nodejs and npm, unless they are there", Why: "the build runs them"})
		}
		if command := v.Plan.App.Build; command != "" {
			changes = append(changes, providers.Change{What: "run " + command, Why: "it can write to " + strings.Join(v.Plan.App.BuildFolders, ", ") + " only"})
		}
		for _, url := range staticURLs(v.Plan) {
			changes = append(changes, providers.Change{What: "let nginx serve " + url + " from " + v.Plan.App.Static[url], Why: "the app does not have to"})
		}
		for _, k := range v.Plan.App.ServedData() {
			changes = append(changes, providers.Change{What: "let nginx serve " + k.URL + " from the kept " + k.Shown(), Why: "the app does not have to"})
		}
		return changes
	},
	Inner:  func(v fact.View) bool { return !v.Plan.App.NeedsNode() },
	Script: buildScript,
	Notes: func(v fact.View) []string {
		links, _ := unserved(v)
		return links
	},
}

func builtPath(p plan.Plan) string { return layout.Of(p.ServerName()).Release(p.Release) + "/built" }

// unservedPath is the file of the links that nginx does not serve.
func unservedPath(p plan.Plan) string {
	return layout.Of(p.ServerName()).Release(p.Release) + "/unserved"
}

// unservedLine begins each line about such a link in the look.
const unservedLine = "unserved "

// unserved tells whether the release is built as the plan has it, and says which links
// nginx does not serve.
func unserved(v fact.View) (links []string, built bool) {
	rest, built := strings.CutPrefix(v.Looked, buildText(v.Plan))
	for line := range strings.Lines(rest) {
		said, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), unservedLine)
		if !ok {
			return nil, false
		}
		links = append(links, said)
	}
	return links, built
}

// buildText is what the release notes about its build. If the plan has another, the
// release is built again.
func buildText(p plan.Plan) string {
	lines := []string{p.App.Build, strings.Join(p.App.BuildFolders, " ")}
	for _, url := range staticURLs(p) {
		lines = append(lines, url+" "+p.App.Static[url])
	}
	return shell.Lines(lines...) + "\n" + staticLocations(p).Content
}

func buildScript(v fact.View) string {
	p, l := v.Plan, layout.Of(v.Plan.ServerName())
	var served []string
	for _, url := range staticURLs(p) {
		served = append(served, url, p.App.Static[url])
	}
	built := shell.File{Path: builtPath(p), Mode: "644", Content: buildText(p)}
	return shell.Lines(
		bringNode(p),
		shell.Bounds(),
		runBuild(p),
		shell.Script(keepTimesText, nil),
		"set --", // no words of a script before, if nginx serves nothing
		shell.Script(staticText, shell.Values{
			"source": l.Source(p.Release), "static": l.Static(p.Release), "current": l.Current(), "user": l.User,
			"serve_links": serveLinksProgram(), "unserved": unservedPath(p),
		}, served...),
		staticLocations(p).Put(),
		built.Put(),
	)
}

// serveLinksProgram is the shell text that copies what links lead to.
func serveLinksProgram() string {
	return shell.Lines(shell.Bounds(), shell.Script(serveLinksText, nil))
}

// bringNode installs Node.js for a build that runs it. It stays, because the next release
// is built with it too.
func bringNode(p plan.Plan) string {
	if !p.App.NeedsNode() {
		return ":"
	}
	return shell.Lines("if ! command -v npm >/dev/null; then", shell.AptInstall("nodejs", "npm"), "fi")
}

// runBuild runs the build command as the builder. Only the folders that it may write to
// are the builder's meanwhile. It sees the app's variables, and none of its data.
func runBuild(p plan.Plan) string {
	if p.App.Build == "" {
		return ":"
	}
	l, source := layout.Of(p.ServerName()), layout.Of(p.ServerName()).Source(p.Release)
	scratch, thrownAway, properties := withoutData(p)
	folders := outermost(p.App.BuildFolders)
	for _, folder := range folders {
		properties = append(properties, "ReadWritePaths="+shell.PropertyWords(source+"/"+folder))
	}
	lent := shell.Values{"source": source, "builder": builder}
	given := shell.Values{"source": source, "user": l.User}
	return shell.Lines(
		scratch,
		"set --", // no words of the script before, if the build has no folders
		shell.Script(lendText, lent, folders...),
		shell.Command(onceAsBuilder(l, properties, "/bin/sh", "-c", p.App.Build)...),
		thrownAway,
		shell.Script(giveBackText, given, folders...),
	)
}

// outermost are the folders that are in none of the others. A build may put a link in the
// place of what is in its folders, and root must follow none.
func outermost(folders []string) []string {
	return slices.DeleteFunc(slices.Clone(folders), func(folder string) bool {
		return slices.ContainsFunc(folders, func(other string) bool { return strings.HasPrefix(folder, other+"/") })
	})
}
