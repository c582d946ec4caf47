// Package hostile deploys what is hostile or merely unusual to real machines.
package hostile

import (
	"os"
	"testing"

	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }
