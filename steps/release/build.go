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

// Build is that a release has the files that are made from its source, and that
// nginx finds what it serves without the app.
var Build = &fact.Fact{
	Name: "build", Title: "the files that are made from the app's source", Phase: providers.PhaseOther, Limit: 30 * time.Minute,
	Look: func(p plan.Plan) string { return shell.Command("cat", builtPath(p)) },
	Decide: func(v fact.View) []providers.Change {
		if v.Looked == buildText(v.Plan) {
			return nil
		}
		var changes []providers.Change
		if command := v.Plan.App.Build; command != "" {
			changes = append(changes, providers.Change{What: "run " + command, Why: "it can write to " + strings.Join(v.Plan.App.BuildFolders, ", ") + " only"})
		}
		for _, url := range staticURLs(v.Plan) {
			changes = append(changes, providers.Change{What: "let nginx serve " + url + " from " + v.Plan.App.Static[url], Why: "the app need not"})
		}
		return changes
	},
	Script: buildScript,
}

func builtPath(p plan.Plan) string { return layout.Of(p.Name).Release(p.Release) + "/built" }

// buildText is what the release keeps of the build that it had.
func buildText(p plan.Plan) string {
	lines := []string{p.App.Build, strings.Join(p.App.BuildFolders, " ")}
	for _, url := range staticURLs(p) {
		lines = append(lines, url+" "+p.App.Static[url])
	}
	return shell.Lines(lines...) + "\n" + staticLocations(p).Content
}

//go:embed static.sh
var copyStatic string

func buildScript(v fact.View) string {
	p := v.Plan
	source, static := layout.Of(p.Name).Source(p.Release), layout.Of(p.Name).Static(p.Release)
	var words []string
	for _, url := range staticURLs(p) {
		folder := p.App.Static[url]
		words = append(words, source+"/"+folder, static+strings.TrimSuffix(url, "/"), folder, url)
	}
	built := shell.File{Path: builtPath(p), Mode: "644", Content: buildText(p)}
	return shell.Lines(
		runBuild(p),
		`set --`,
		shell.Script(copyStatic, shell.Values{"static": static}, words...),
		staticLocations(p).Put(),
		built.Put(),
	)
}

// runBuild runs the command as the app's user, to whom only the folders that it
// writes to belong meanwhile. It sees the app's variables, and not its data.
func runBuild(p plan.Plan) string {
	if p.App.Build == "" {
		return ":"
	}
	l, source := layout.Of(p.Name), layout.Of(p.Name).Source(p.Release)
	properties := []string{
		"WorkingDirectory=" + source,
		"EnvironmentFile=-" + l.Variables(p.Release),
		"Environment=HOME=/tmp TMPDIR=/var/tmp STATE_DIRECTORY=/tmp PYTHONDONTWRITEBYTECODE=1 PATH=" + l.Path(p.Release),
	}
	var before, after []string
	for _, folder := range p.App.BuildFolders {
		full := source + "/" + folder
		properties = append(properties, "ReadWritePaths="+strings.ReplaceAll(full, " ", `\x20`))
		before = append(before, shell.Command("mkdir", "-p", full), shell.Command("chown", "-R", l.User+":"+l.User, full))
		after = append(after, shell.Command("chown", "-R", "root:"+l.User, full), shell.Command("chmod", "-R", "u=rwX,g=rX,o=", full))
	}
	return shell.Lines(slices.Concat(before,
		[]string{shell.Command(once(l, properties, "/bin/sh", "-c", p.App.Build)...)}, after)...)
}
