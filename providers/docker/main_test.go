package docker

import (
	"os"
	"testing"

	"slipway/providers/docker/dockertest"
)

func TestMain(m *testing.M) { os.Exit(dockertest.Main(m.Run)) }
