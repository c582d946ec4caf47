// Package localtest is for tests that boot real machines on this computer. It
// decides in one place whether such a test can run: it is skipped with -short and
// where no machine can run, and there it says why. Under CI a test that can't run
// fails instead, so that no run of CI passes without it.
package localtest

import (
	"os"
	"testing"
	"time"

	"slipway/providers/local"
	"slipway/state"
)

// NeedMachines skips the test if machines of the default engine can't run here, and
// says why; under CI the test fails.
func NeedMachines(t testing.TB) {
	t.Helper()
	NeedEngine(t, "")
}

// NeedEngine is NeedMachines for another engine: "nspawn" or "qemu".
func NeedEngine(t testing.TB, engine string) {
	t.Helper()
	if testing.Short() {
		t.Skip("real machines take longer than -short allows")
	}
	needSupport(t, engine)
}

// NeedSupport is NeedMachines for a test that boots nothing and is as fast as
// -short allows: slipway refuses a machine of this computer where none can run.
func NeedSupport(t testing.TB) {
	t.Helper()
	needSupport(t, "")
}

func needSupport(t testing.TB, engine string) {
	t.Helper()
	if err := local.Supported(engine); err != nil {
		Skip(t, "no real machine can run here: %v", err)
	}
}

// NeedTime skips the test if less time than it may need is left until the test
// run's timeout, which is ten minutes by default; under CI the test fails. A benchmark
// knows no timeout.
func NeedTime(t testing.TB, need time.Duration) {
	t.Helper()
	timed, ok := t.(interface{ Deadline() (time.Time, bool) })
	if !ok {
		return
	}
	deadline, ok := timed.Deadline()
	if left := time.Until(deadline); ok && left < need {
		Skip(t, "%s are left of the test run and this may need %s: run it with -timeout=1h", left.Round(time.Second), need)
	}
}

// Skip skips a test that needs what this computer lacks; in CI, which has it
// all, it fails it.
func Skip(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("this must run in CI: "+format, args...)
	}
	t.Skipf(format, args...)
}

// Cache is this computer's own folder of base images, even if SLIPWAY_HOME names
// another home: an image is built once for all tests.
func Cache(t testing.TB) string {
	t.Helper()
	home, err := state.Locate(func(key string) string {
		if key == "SLIPWAY_HOME" {
			return ""
		}
		return os.Getenv(key)
	})
	if err != nil {
		t.Fatal(err)
	}
	return home.Cache
}
