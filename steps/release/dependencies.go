package release

import (
	_ "embed"
	"fmt"
	"slices"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed dependencieslook.sh
var dependenciesLookText string

// Dependencies is the fact that the release has a virtual environment with the packages
// that the app needs. One that was made for the same packages and the same Python is
// used again.
var Dependencies = &fact.Fact{
	Name: "dependencies", Title: "the app's packages, in a virtual environment", Phase: providers.PhasePip, Limit: 30 * time.Minute,
	Look: func(p plan.Plan) string {
		l := layout.Of(p.Name)
		return shell.Lines(
			shell.Script(dependenciesLookText, shell.Values{"venvs": l.Venvs()}),
			shell.LookFiles(l.Venv(p.Release)))
	},
	Decide: func(v fact.View) []providers.Change {
		venv := venvOf(v)
		looked := shell.SplitLines(v.Looked)
		if !slices.Contains(looked, "complete "+venv) {
			if source := v.Plan.App.Requirements.Source; source != "" {
				return []providers.Change{{What: "install the packages from " + source}}
			}
			return []providers.Change{{What: "make a virtual environment without packages: the app names none"}}
		}
		if !slices.Contains(looked, "link "+venv+" "+layout.Of(v.Plan.Name).Venv(v.Plan.Release)) {
			return []providers.Change{{What: "use the packages that are installed already"}}
		}
		return nil
	},
	Script: installScript,
}

// venvOf is the folder of the virtual environment for this plan on this system.
func venvOf(v fact.View) string {
	set := shell.Sum(fmt.Sprint(v.Plan.DependencyHash, v.Plan.App.ServerPackages()))
	return fmt.Sprintf("%s/%s-py%s", layout.Of(v.Plan.Name).Venvs(), set[:12], v.System.Python)
}
