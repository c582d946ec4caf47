package steps

import (
	"time"

	"slipway/providers"
	"slipway/steps/shell"
)

// tests is that the app's own tests passed in this release, with the packages
// that it will run with, before it takes traffic.
var tests = &fact{
	name: "tests", title: "the app's own tests pass", phase: providers.PhaseTests, limit: 30 * time.Minute,
	look: func(p Plan) string { return shell.Command("cat", testedPath(p)) },
	decide: func(v view) []providers.Change {
		if v.Looked == v.Plan.App.TestCommand+"\n" {
			return nil
		}
		return []providers.Change{{What: "run " + v.Plan.App.TestCommand, Why: "a release that fails its tests takes no traffic"}}
	},
	script: func(v view) string {
		p := v.Plan
		l := layoutOf(p.Name)
		// No state folder: tests must not reach what the running app keeps.
		properties := []string{
			"WorkingDirectory=" + l.source(p.Release),
			"EnvironmentFile=-" + l.variables(p.Release),
			"Environment=HOME=/tmp TMPDIR=/var/tmp STATE_DIRECTORY=/tmp PYTHONDONTWRITEBYTECODE=1 PATH=" + l.path(p.Release),
		}
		passed := shell.File{Path: testedPath(p), Mode: "644", Content: p.App.TestCommand + "\n"}
		return shell.Lines(
			orDifference(l, p.Release, shell.Command(once(l, properties, "/bin/sh", "-c", p.App.TestCommand)...)),
			passed.Put(),
		)
	},
}

func testedPath(p Plan) string { return layoutOf(p.Name).release(p.Release) + "/tested" }

// path is PATH for the app's processes: the environment's programs first.
func (l layout) path(id string) string {
	return l.release(id) + "/venv/bin:/usr/local/bin:/usr/bin:/bin"
}
