package release

import (
	"path"
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

func buildScript(v fact.View) string {
	p := v.Plan
	source, static := layout.Of(p.Name).Source(p.Release), layout.Of(p.Name).Static(p.Release)
	lines := []string{runBuild(p), shell.Command("rm", "-rf", static), shell.Command("mkdir", "-m", "755", static)}
	for _, url := range staticURLs(p) {
		folder, place := source+"/"+p.App.Static[url], static+strings.TrimSuffix(url, "/")
		lines = append(lines,
			`if [ ! -d `+shell.Quote(folder)+` ]; then`,
			shell.Command("echo", "the release has no folder "+p.App.Static[url]+" to serve at "+url+": correct app.static in slipway.toml"),
			`exit 1`,
			`fi`,
			shell.Command("mkdir", "-p", path.Dir(place)),
			shell.Command("cp", "-rT", folder, place))
	}
	built := shell.File{Path: builtPath(p), Mode: "644", Content: buildText(p)}
	return shell.Lines(append(lines,
		// A link could lead to what is not for everybody.
		shell.Command("find", static, "-type", "l", "-delete"),
		shell.Command("chmod", "-R", "u=rwX,go=rX", static),
		staticLocations(p).Put(),
		built.Put(),
	)...)
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
