package release

import (
	"slices"
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/layout"
)

// TestFiguresOfTheSystem opens /proc for an app that reads the system's figures, in its
// unit and in its commands, and for no other.
func TestFiguresOfTheSystem(t *testing.T) {
	p := example.Plan(t)
	for _, reads := range []bool{false, true} {
		p.App.SystemFigures = reads
		unit := releaseUnits(fact.View{Plan: p, System: example.System()})[1].Content
		closed, open := strings.Index(unit, "ProcSubset=pid\n"), strings.Index(unit, "ProcSubset=all\n")
		if reads != (open > closed) || closed < 0 || strings.Contains(unit, "AF_NETLINK") != reads {
			t.Errorf("reads %t: the unit is\n%s", reads, unit)
		}
		if got := slices.Contains(CommandProperties(layout.Of("x"), p), "ProcSubset=all"); got != reads {
			t.Errorf("reads %t: a command's properties have ProcSubset=all: %t", reads, got)
		}
	}
	if figures(app.Found{}) != nil {
		t.Error("an app that reads no figures has lines for them")
	}
}
