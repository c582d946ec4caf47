//go:build unix

package app

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// spent is the processors' time that this process has taken: unlike the time of a clock,
// it is the same on a busy computer.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
