// Package deploy tests deployments on real machines of this computer, from the
// first run to destroy: what a second run does, what is mended, releases, and
// runs that are killed.
package deploy

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
	o := &operator{e2e.NewOperator(t, 2*time.Minute)}
	o.Plain = true // a first deployment is what these tests are about
	return o
}
