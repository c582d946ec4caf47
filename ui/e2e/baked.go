package e2e

import (
	"strings"

	"slipway/steps"
	"slipway/steps/hardening"
)

// Baked are the Debian packages that every first deployment to a machine of this computer
// installs. The base image of most tests' machines has them already; the tests of the
// first deployments themselves have none of them.
func Baked() []string {
	wanted, _ := hardening.Packages(hardening.Standard, hardening.Host{Container: true})
	return append(wanted, "nginx", "python3-venv")
}

// baked is the variable that has slipway make machines from that base image.
func baked() string { return steps.BakedVariable + "=" + strings.Join(Baked(), " ") }
