package release

import (
	"cmp"
	_ "embed"
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

//go:embed dependencieslook.sh
var dependenciesLookText string

// Dependencies is the fact that the release has a virtual environment with the packages
// that the app needs. One that was made for the same packages and the same Python is
// used again.
var Dependencies = &fact.Fact{
	Name: "dependencies", Title: "the app's packages, in a virtual environment", Phase: providers.PhasePip, Limit: 30 * time.Minute,
	Reads: func(p plan.Plan) fact.Reads {
		return fact.Reads{Files: []string{layout.Of(p.ServerName()).Venv(p.Release)}}
	},
	Look: func(p plan.Plan) string {
		return shell.Lines(
			shell.Script(dependenciesLookText, shell.Values{"venvs": layout.Of(p.ServerName()).Venvs(), "pythons": layout.PythonsFolder, "build_list": buildList}))
	},
	Decide: func(v fact.View) []providers.Change {
		venv := venvOf(v)
		looked := shell.SplitLines(v.Looked)
		if lacksPython(v) {
			return []providers.Change{{What: "bring Python " + managedPython(v) + " and install the packages"}}
		}
		if !slices.Contains(looked, "complete "+venv) {
			if source := v.Plan.App.Requirements.Source; source != "" {
				return []providers.Change{{What: "install the packages from " + source, Why: forBuild(v)}}
			}
			return []providers.Change{{What: "make a virtual environment without packages: the app names none"}}
		}
		if !slices.Contains(looked, "link "+venv+" "+layout.Of(v.Plan.ServerName()).Venv(v.Plan.Release)) {
			return []providers.Change{{What: "use the packages that are installed already"}}
		}
		if slices.Contains(looked, "building") {
			return []providers.Change{{What: "remove the Debian packages that only a build needed", Why: "an interrupted run left them"}}
		}
		return nil
	},
	// To install packages may take Debian packages, which other facts look at.
	Inner: func(v fact.View) bool {
		looked := shell.SplitLines(v.Looked)
		return slices.Contains(looked, "complete "+venvOf(v)) && !lacksPython(v) && !slices.Contains(looked, "building")
	},
	Before: uploadPython,
	Script: installScript,
	Notes:  pythonNotes,
}

// forBuild says which Debian packages are there while the packages are installed.
func forBuild(v fact.View) string {
	names := buildPackages(v)
	if len(names) == 0 {
		return ""
	}
	return "with " + strings.Join(names, ", ") + " of Debian for the build only"
}

// buildPackages are the Debian packages that are there while the packages are installed. A
// managed Python has its own headers.
func buildPackages(v fact.View) []string {
	return slices.DeleteFunc(v.Plan.App.ForBuild(), func(name string) bool { return name == "python3-dev" && managedPython(v) != "" })
}

// venvOf is the folder of the virtual environment for this plan on this system.
func venvOf(v fact.View) string {
	set := shell.Sum(fmt.Sprint(v.Plan.DependencyHash, v.Plan.App.ServerPackages()))
	return fmt.Sprintf("%s/%s-py%s", layout.Of(v.Plan.ServerName()).Venvs(), set[:12], cmp.Or(managedPython(v), v.System.Python))
}
