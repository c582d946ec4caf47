package local

import (
	"testing"

	"slipway/providers"
	"slipway/providers/conformance"
)

// TestConformance takes real machines through what every provider promises.
func TestConformance(t *testing.T) {
	if testing.Short() {
		t.Skip("real machines take longer than -short allows")
	}
	conformance.Run(t, func(t *testing.T) conformance.Opened {
		g := newGuest(t, "")
		return conformance.Opened{
			Provider: g.Provider, Spec: g.spec, Kept: []string{"tools", "image"},
			Again: func(t testing.TB) providers.Provider {
				p, err := New(Options{Dir: g.dir, Cache: g.cache})
				if err != nil {
					t.Fatal(err)
				}
				return p
			},
		}
	})
}
