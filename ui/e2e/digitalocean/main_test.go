// Package digitalocean tests deployments to a simulated DigitalOcean that boots
// real machines for its droplets.
package digitalocean

import (
	"os"
	"testing"

	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }

// operator is somebody who runs slipway, with what only these tests do.
type operator struct{ *e2e.Operator }
