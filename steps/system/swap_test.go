package system

import (
	"strings"
	"testing"

	"slipway/steps/fact"
	"slipway/steps/shell"
)

func TestSwap(t *testing.T) {
	small := fact.System{Memory: 460}
	ours := ""
	for _, f := range swapFiles {
		ours += shell.Sum(f.Content) + "  " + f.Path + "\n644 root:root " + f.Path + "\n"
	}
	for name, c := range map[string]struct {
		system fact.System
		looked string
		want   string // what the last change is, or nothing
	}{
		"not looked at":  {fact.System{}, "", "make 1024 MB of swap if the server has less than 1000 MB of memory"},
		"none":           {small, "total 0\nfree 5000\n", "make 1024 MB of swap"},
		"ours":           {small, "total 1048572\nfree 5000\n" + ours, ""},
		"ours, not on":   {small, "total 0\nfree 5000\n" + ours, "make 1024 MB of swap"},
		"ours, changed":  {small, "total 9\nfree 5000\n" + strings.Replace(ours, shell.Sum(swappinessFile.Content), shell.Sum("x"), 1), "write " + swappinessFile.Path},
		"somebody's own": {small, "total 2000000\nfree 5000\n", ""},
		"disk is short":  {small, "total 0\nfree 1500\n", ""},
		"enough memory":  {fact.System{Memory: 1970}, "total 0\nfree 5000\n", ""},
		"container":      {fact.System{Memory: 460, Container: true}, "total 0\nfree 5000\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			changes := decideSwap(fact.View{System: c.system, Looked: c.looked})
			got := ""
			if len(changes) > 0 {
				got = changes[len(changes)-1].What
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if script := Swap.Script(fact.View{}); !strings.Contains(script, `chmod 600 "$file"`) {
		t.Errorf("everybody reads the swap: %s", script)
	}
}
