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
		return `for f in ` + shell.Quote(p.layout().venvs()) + `/*/.complete; do [ ! -e "$f" ] || echo "complete $(dirname "$f")"; done
` + shell.LookFiles(p.layout().release(p.Release)+"/venv")
	},
	decide: func(v view) []providers.Change {
		venv := v.venv()
		looked := splitLines(v.Looked)
		if !slices.Contains(looked, "complete "+venv) {
			if source := v.Plan.App.Requirements.Source; source != "" {
				return []providers.Change{{What: "install the packages from " + source}}
			}
			return []providers.Change{{What: "make an environment for the app, which names no packages"}}
		}
		if !slices.Contains(looked, "link "+venv+" "+v.Plan.layout().release(v.Plan.Release)+"/venv") {
			return []providers.Change{{What: "use the packages that are installed already"}}
		}
		return nil
	},
	script: func(v view) string {
		venv := v.venv()
		link := shell.Command("ln", "-sfnT", venv, v.Plan.layout().release(v.Plan.Release)+"/venv")
		return shell.Lines(
			`if [ ! -e `+shell.Quote(venv+"/.complete")+` ]; then`,
			installScript(v, venv),
			`fi`,
			link,
		)
	},
}

// installScript makes the environment in its final place, which its scripts
// name, as the app's user: a package's set-up code is a stranger's. When it is
// done it is root's, so the app can't change what it runs.
func installScript(v view, venv string) string {
	l := v.Plan.layout()
	properties := []string{
		"ReadWritePaths=" + venv + " " + l.pipCache(),
		"WorkingDirectory=" + l.source(v.Plan.Release),
		"Environment=HOME=/tmp PIP_CACHE_DIR=" + l.pipCache() + " PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_PROGRESS_BAR=off",
	}
	install := ":"
	if wanted := pipArguments(v.Plan); len(wanted) > 0 {
		install = shell.Command(once(l, properties, append([]string{venv + "/bin/pip", "install"}, wanted...)...)...)
	}
	owner := l.user + ":" + l.user
	return shell.Lines(
		shell.Command("rm", "-rf", venv),
		shell.Command("install", "-d", "-m", "755", "-o", l.user, "-g", l.user, venv, l.pipCache()),
		shell.Command("chown", owner, l.pipCache()),
		shell.Command(once(l, properties, "/usr/bin/python3", "-m", "venv", venv)...),
		install,
		shell.Command("chown", "-R", "root:root", venv),
		shell.Command("chmod", "-R", "go-w", venv),
		shell.Command("touch", venv+"/.complete"),
	)
}

// pipArguments are what pip installs: what the app names, and what serves it.
func pipArguments(p Plan) []string {
	var args []string
	for _, f := range p.App.Requirements.Files {
		args = append(args, "-r", f)
	}
	args = append(args, p.App.Requirements.Packages...)
	return append(args, serverPackages(p)...)
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
func (v view) venv() string {
	set := sumOf(fmt.Sprint(v.Plan.DependencyHash, serverPackages(v.Plan)))
	return fmt.Sprintf("%s/%s-py%s", v.Plan.layout().venvs(), set[:12], v.System.Python)
}
