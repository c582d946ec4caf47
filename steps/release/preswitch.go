package release

import (
	_ "embed"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed initialize.sh
var initializeText string

// PreSwitch is the fact that the app's release command ran, such as its migrations, and
// before the first one what makes the tables of its database. The commands see what the
// release will see, the app's data too. They run once for a release, and not again when
// that release is rolled back to.
var PreSwitch = &fact.Fact{
	Name: "pre-switch", Title: "the release command ran", Phase: providers.PhaseOther, Limit: 30 * time.Minute,
	Inner: fact.Always,
	Look:  func(p plan.Plan) string { return shell.Command("cat", releasedPath(p)) },
	Decide: func(v fact.View) []providers.Change {
		if v.Looked == releasedText(v.Plan) {
			return nil
		}
		var changes []providers.Change
		if command := v.Plan.App.Init; command != "" {
			changes = append(changes, providers.Change{What: "run " + command, Why: "once, if there is no database yet"})
		}
		if command := v.Plan.App.Release; command != "" {
			changes = append(changes, providers.Change{What: "run " + command, Why: "with the app's data, before the release takes over"})
		}
		return changes
	},
	Script: func(v fact.View) string {
		p := v.Plan
		l := layout.Of(p.ServerName())
		ran := shell.File{Path: releasedPath(p), Mode: "644", Content: releasedText(p)}
		properties := CommandProperties(l, p)
		var parts []string
		if p.App.Init != "" {
			parts = append(parts, "(", shell.Script(initializeText, shell.Values{"state": l.State(), "initialized": l.Initialized()},
				once(l, properties, "/bin/sh", "-c", p.App.Init)...), ")")
		}
		if p.App.Release != "" {
			parts = append(parts, gateScript(l, p.Release, once(l, properties, "/bin/sh", "-c", p.App.Release)))
		}
		return shell.Lines(append(parts, ran.Put())...)
	},
}

// AgainScript is shell text that runs a release's command over data that it never ran over.
// It is empty if the release has none.
func AgainScript(p plan.Plan) string {
	if p.App.Release == "" {
		return ""
	}
	l := layout.Of(p.ServerName())
	return shell.Command(once(l, CommandProperties(l, p), "/bin/sh", "-c", p.App.Release)...)
}

// releasedText is what the release notes about the commands that ran.
func releasedText(p plan.Plan) string {
	if p.App.Init == "" {
		return p.App.Release + "\n"
	}
	return p.App.Init + "\n" + p.App.Release + "\n"
}

// releasedPath is the file of the release command that ran.
func releasedPath(p plan.Plan) string { return layout.Of(p.ServerName()).Released(p.Release) }
