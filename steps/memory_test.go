package steps

import (
	"slices"
	"strings"
	"testing"

	"slipway/steps/shell"
)

func TestWorkers(t *testing.T) {
	for _, c := range []struct{ cpus, memory, want int }{
		{1, 512, 2}, {1, 300, 1}, {2, 2048, 3}, {16, 16384, 9}, {4, 512, 2}, {1, 460, 2}, {4, 970, 5}, {0, 0, 1},
	} {
		if got := workers(System{CPUs: c.cpus, Memory: c.memory}); got != c.want {
			t.Errorf("%d processors, %d MB: got %d, want %d", c.cpus, c.memory, got, c.want)
		}
	}
}

func TestMemoryOfTheApp(t *testing.T) {
	for memory, want := range map[int]string{460: "MemoryMax=70%", 970: "MemoryMax=75%", 1970: "MemoryMax=82%", 7900: "MemoryMax=90%"} {
		if got := sliceFiles(System{Memory: memory})[0].Content; !strings.Contains(got, want) {
			t.Errorf("with %d MB: %s, want %s", memory, got, want)
		}
	}
	for system, swapped := range map[System]bool{{Memory: 460}: true, {Memory: 460, Container: true}: false, {Memory: 1970}: false} {
		if got := sliceFiles(system)[1].Content; strings.Contains(got, "MemoryHigh=") != swapped {
			t.Errorf("on %+v what is run once has %s", system, got)
		}
	}
	// A worker that is ended takes no other with it, and pip goes before the app.
	unit := releaseUnits(view{Plan: examplePlan(t), System: exampleSystem})[1].Content
	once := once(layout{user: "app-x"}, nil, "true")
	if !strings.Contains(unit, "\nSlice=slipway.slice\nOOMPolicy=continue\n") || !slices.Contains(once, "--property=OOMScoreAdjust=800") || !slices.Contains(once, "--property=Slice=slipway-once.slice") {
		t.Errorf("the unit is %s\nonce %s", unit, once)
	}
}

func TestSwap(t *testing.T) {
	small := System{Memory: 460}
	ours := ""
	for _, f := range swapFiles {
		ours += sumOf(f.Content) + "  " + f.Path + "\n644 root:root " + f.Path + "\n"
	}
	for name, c := range map[string]struct {
		system System
		looked string
		want   string // what the last change is, or nothing
	}{
		"not looked at":  {System{}, "", "make 1024 MB of swap if the server has less than 1000 MB of memory"},
		"none":           {small, "total 0\nfree 5000\n", "make 1024 MB of swap"},
		"ours":           {small, "total 1048572\nfree 5000\n" + ours, ""},
		"ours, not on":   {small, "total 0\nfree 5000\n" + ours, "make 1024 MB of swap"},
		"ours, changed":  {small, "total 9\nfree 5000\n" + strings.Replace(ours, sumOf(swappinessFile.Content), sumOf("x"), 1), "write " + swappinessFile.Path},
		"somebody's own": {small, "total 2000000\nfree 5000\n", ""},
		"disk is short":  {small, "total 0\nfree 1500\n", ""},
		"enough memory":  {System{Memory: 1970}, "total 0\nfree 5000\n", ""},
		"container":      {System{Memory: 460, Container: true}, "total 0\nfree 5000\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			changes := decideSwap(view{System: c.system, Looked: c.looked})
			got := ""
			if len(changes) > 0 {
				got = changes[len(changes)-1].What
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if script := swap.script(view{}); !strings.Contains(script, shell.Command("chmod", "600", swapPath)) {
		t.Errorf("everybody reads the swap: %s", script)
	}
}
