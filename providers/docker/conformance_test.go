package docker

import (
	"testing"

	"slipway/providers"
	"slipway/providers/conformance"
	"slipway/providers/docker/dockertest"
)

// TestConformance takes a real engine through what every provider promises.
func TestConformance(t *testing.T) {
	dockertest.Need(t)
	conformance.Run(t, func(t *testing.T) conformance.Opened {
		w := newOpened(t)
		return conformance.Opened{
			Provider: w.Provider, Spec: w.spec, Again: func(testing.TB) providers.Provider { return w.again() },
			App: testApp("one"), Next: testApp("two"), Broken: testApp("broken"),
		}
	})
}
