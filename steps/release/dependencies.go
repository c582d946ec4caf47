package release

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// Dependencies is a virtual environment with what the app needs. One that was
// made for the same packages and the same Python is used again.
var Dependencies = &fact.Fact{
	Name: "dependencies", Title: "the app's packages, in a virtual environment", Phase: providers.PhasePip, Limit: 30 * time.Minute,
	Look: func(p plan.Plan) string {
		return `for f in ` + shell.Quote(layout.Of(p.Name).Venvs()) + `/*/.complete; do [ ! -e "$f" ] || echo "complete $(dirname "$f")"; done
` + shell.LookFiles(layout.Of(p.Name).Release(p.Release)+"/venv")
	},
	Decide: func(v fact.View) []providers.Change {
		venv := venvOf(v)
		looked := shell.SplitLines(v.Looked)
		if !slices.Contains(looked, "complete "+venv) {
			if source := v.Plan.App.Requirements.Source; source != "" {
				return []providers.Change{{What: "install the packages from " + source}}
			}
			return []providers.Change{{What: "make an environment for the app, which names no packages"}}
		}
		if !slices.Contains(looked, "link "+venv+" "+layout.Of(v.Plan.Name).Release(v.Plan.Release)+"/venv") {
			return []providers.Change{{What: "use the packages that are installed already"}}
		}
		return nil
	},
	Script: func(v fact.View) string {
		venv := venvOf(v)
		link := shell.Command("ln", "-sfnT", venv, layout.Of(v.Plan.Name).Release(v.Plan.Release)+"/venv")
		return shell.Lines(
			`if [ ! -e `+shell.Quote(venv+"/.complete")+` ]; then`,
			installScript(v, venv),
			`fi`,
			link,
		)
	},
}

// serverPackages serve the app. The app's own requirements may pin them more
// narrowly, and what its lock file pins is taken as it is: two versions of one
// package can't be installed.
func serverPackages(p plan.Plan) []string {
	return slices.DeleteFunc(p.App.ServerPackages(), func(requirement string) bool {
		name, _, _ := strings.Cut(requirement, ">")
		return p.App.Requirements.Pins(name)
	})
}

// venv is where the environment for this plan on this system is.
func venvOf(v fact.View) string {
	set := shell.Sum(fmt.Sprint(v.Plan.DependencyHash, serverPackages(v.Plan)))
	return fmt.Sprintf("%s/%s-py%s", layout.Of(v.Plan.Name).Venvs(), set[:12], v.System.Python)
}
