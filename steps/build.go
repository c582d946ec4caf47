package steps

import (
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/shell"
)

// build is that a release has the files that are made from its source, and that
// nginx finds what it serves without the app.
var build = &fact{
	name: "build", title: "the files that are made from the app's source", phase: providers.PhaseOther, limit: 30 * time.Minute,
	look: func(p Plan) string { return shell.Command("cat", builtPath(p)) },
	decide: func(v view) []providers.Change {
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
	script: buildScript,
}

// builds tells whether there is anything to build or to serve.
func (p Plan) builds() bool { return p.App.Build != "" || len(p.App.Static) > 0 }

func staticURLs(p Plan) []string { return slices.Sorted(maps.Keys(p.App.Static)) }

func builtPath(p Plan) string { return layoutOf(p.Name).release(p.Release) + "/built" }

// buildText is what the release keeps of the build that it had.
func buildText(p Plan) string {
	lines := []string{p.App.Build, strings.Join(p.App.BuildFolders, " ")}
	for _, url := range staticURLs(p) {
		lines = append(lines, url+" "+p.App.Static[url])
	}
	return shell.Lines(lines...) + "\n" + staticLocations(p).Content
}

// static holds what nginx serves of a release, each folder under the path that
// it is asked for by. The source itself is closed to nginx.
func (l layout) static(id string) string { return l.release(id) + "/static" }

func buildScript(v view) string {
	p := v.Plan
	source, static := layoutOf(p.Name).source(p.Release), layoutOf(p.Name).static(p.Release)
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
func runBuild(p Plan) string {
	if p.App.Build == "" {
		return ":"
	}
	l, source := layoutOf(p.Name), layoutOf(p.Name).source(p.Release)
	properties := []string{
		"WorkingDirectory=" + source,
		"EnvironmentFile=-" + l.variables(p.Release),
		"Environment=HOME=/tmp TMPDIR=/var/tmp STATE_DIRECTORY=/tmp PYTHONDONTWRITEBYTECODE=1 PATH=" + l.path(p.Release),
	}
	var before, after []string
	for _, folder := range p.App.BuildFolders {
		full := source + "/" + folder
		properties = append(properties, "ReadWritePaths="+strings.ReplaceAll(full, " ", `\x20`))
		before = append(before, shell.Command("mkdir", "-p", full), shell.Command("chown", "-R", l.user+":"+l.user, full))
		after = append(after, shell.Command("chown", "-R", "root:"+l.user, full), shell.Command("chmod", "-R", "u=rwX,g=rX,o=", full))
	}
	return shell.Lines(slices.Concat(before,
		[]string{shell.Command(once(l, properties, "/bin/sh", "-c", p.App.Build)...)}, after)...)
}
