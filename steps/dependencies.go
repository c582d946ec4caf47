package steps

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/shell"
)

// dependencies is a virtual environment with what the app needs. One that was
// made for the same packages and the same Python is used again.
var dependencies = &fact{
	name: "dependencies", title: "the app's packages, in a virtual environment", phase: providers.PhasePip, limit: 30 * time.Minute,
	look: func(p Plan) string {
		return `for f in ` + shell.Quote(layoutOf(p.Name).venvs()) + `/*/.complete; do [ ! -e "$f" ] || echo "complete $(dirname "$f")"; done
` + shell.LookFiles(layoutOf(p.Name).release(p.Release)+"/venv")
	},
	decide: func(v view) []providers.Change {
		venv := venvOf(v)
		looked := splitLines(v.Looked)
		if !slices.Contains(looked, "complete "+venv) {
			if source := v.Plan.App.Requirements.Source; source != "" {
				return []providers.Change{{What: "install the packages from " + source}}
			}
			return []providers.Change{{What: "make an environment for the app, which names no packages"}}
		}
		if !slices.Contains(looked, "link "+venv+" "+layoutOf(v.Plan.Name).release(v.Plan.Release)+"/venv") {
			return []providers.Change{{What: "use the packages that are installed already"}}
		}
		return nil
	},
	script: func(v view) string {
		venv := venvOf(v)
		link := shell.Command("ln", "-sfnT", venv, layoutOf(v.Plan.Name).release(v.Plan.Release)+"/venv")
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
func serverPackages(p Plan) []string {
	return slices.DeleteFunc(p.App.ServerPackages(), func(requirement string) bool {
		name, _, _ := strings.Cut(requirement, ">")
		return p.App.Requirements.Pins(name)
	})
}

// venv is where the environment for this plan on this system is.
func venvOf(v view) string {
	set := sumOf(fmt.Sprint(v.Plan.DependencyHash, serverPackages(v.Plan)))
	return fmt.Sprintf("%s/%s-py%s", layoutOf(v.Plan.Name).venvs(), set[:12], v.System.Python)
}
