// Package digitalocean tests deployments to a simulated DigitalOcean that boots
// real machines for its droplets.
package digitalocean

import (
	"os"
	"testing"
	"time"

	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }

// operator is somebody who runs slipway, with what only these tests do.
type operator struct{ *e2e.Operator }

func newOperator(t *testing.T) *operator {
	t.Helper()
	return &operator{e2e.NewOperator(t, 2*time.Minute)}
}
