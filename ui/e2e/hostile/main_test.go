//go:build linux

// Package hostile runs Slipway on what a stranger made: each test deploys it to a real
// machine, and looks for what changed there outside of the app's own folders.
package hostile

import (
	"os"
	"testing"

	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }
