package local

import (
	"flag"
	"testing"

	"slipway/providers"
	"slipway/providers/conformance"
)

// emulatedToo lets tests boot several machines on an emulated processor, each of
// which takes minutes.
var emulatedToo = flag.Bool("emulated", false, "run the conformance suite of the engine qemu on an emulated processor too")

// TestConformance takes real machines through what every provider promises.
func TestConformance(t *testing.T) {
	if testing.Short() {
		t.Skip("real machines take longer than -short allows")
	}
	conform(t, "nspawn")
}

// TestVirtualConformance is the same for virtual machines. On an emulated processor
// it is skipped: TestVirtualMachineLife and ui/e2e/virtual cover the engine there.
func TestVirtualConformance(t *testing.T) {
	if testing.Short() {
		t.Skip("real machines take longer than -short allows")
	}
	if realProcessor() == "" && !*emulatedToo {
		t.Skip("three boots on an emulated processor take many minutes: run it with -emulated -timeout=1h")
	}
	conform(t, "qemu")
}

func conform(t *testing.T, engine string) {
	conformance.Run(t, func(t *testing.T) conformance.Opened {
		g := newGuestOf(t, engine, "")
		return conformance.Opened{
			Provider: g.Provider, Spec: g.spec, Kept: []string{"tools", "image"},
			Again: func(t testing.TB) providers.Provider {
				p, err := New(Options{Engine: engine, Dir: g.dir, Cache: g.cache})
				if err != nil {
					t.Fatal(err)
				}
				return p
			},
		}
	})
}
