package release

import (
	"slices"
	"strings"
	"testing"

	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/layout"
)

func TestWorkers(t *testing.T) {
	for _, c := range []struct{ cpus, memory, want int }{
		{1, 512, 2}, {1, 300, 1}, {2, 2048, 3}, {16, 16384, 9}, {4, 512, 2}, {1, 460, 2}, {4, 970, 5}, {0, 0, 1},
	} {
		if got := workers(fact.View{System: fact.System{CPUs: c.cpus, Memory: c.memory}}); got != c.want {
			t.Errorf("%d processors, %d MB: got %d, want %d", c.cpus, c.memory, got, c.want)
		}
	}
}

func TestMemoryOfTheApp(t *testing.T) {
	for memory, want := range map[int]string{460: "MemoryMax=70%", 970: "MemoryMax=75%", 1970: "MemoryMax=82%", 7900: "MemoryMax=90%"} {
		if got := sliceFiles(fact.View{System: fact.System{Memory: memory}})[0].Content; !strings.Contains(got, want) {
			t.Errorf("with %d MB: %s, want %s", memory, got, want)
		}
	}
	for system, swapped := range map[fact.System]bool{{Memory: 460}: true, {Memory: 460, Container: true}: false, {Memory: 1970}: false} {
		if got := sliceFiles(fact.View{System: system})[1].Content; strings.Contains(got, "MemoryHigh=") != swapped {
			t.Errorf("on %+v what is run once has %s", system, got)
		}
	}
	// A worker that is ended takes no other with it, and pip goes before the app.
	unit := releaseUnits(fact.View{Plan: example.Plan(t), System: example.System()})[1].Content
	once := once(layout.Layout{User: "app-x"}, nil, "true")
	if !strings.Contains(unit, "\nSlice=slipway.slice\nOOMPolicy=continue\n") || !slices.Contains(once, "--property=OOMScoreAdjust=800") || !slices.Contains(once, "--property=Slice=slipway-once.slice") {
		t.Errorf("the unit is %s\nonce %s", unit, once)
	}
}
