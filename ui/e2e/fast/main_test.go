// Package fast tests the real binary where no machine is booted: what it refuses,
// what it plans, and what a terminal shows. It runs with -short too.
package fast

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"slipway/ui/e2e"
)

func TestMain(m *testing.M) {
	os.Setenv("PIP_NO_INDEX", "1") // nobody outside of this computer is asked
	os.Exit(e2e.Main(m))
}

// need is the time that a test may take.
const need = time.Minute

// absolute is a folder's path as slipway is given it, which runs elsewhere.
func absolute(t *testing.T, folder string) string {
	t.Helper()
	path, err := filepath.Abs(folder)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
