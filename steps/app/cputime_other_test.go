//go:build !unix

package app

import (
	"testing"
	"time"
)

var started = time.Now()

// spent is the time of a clock, where the processors' own is not at hand.
func spent(*testing.T) time.Duration { return time.Since(started) }
