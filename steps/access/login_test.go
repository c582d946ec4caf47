package access

import (
	"strings"
	"testing"

	"slipway/steps/fact"
	"slipway/steps/plan"
)

// TestLoginOfItsOwn: where deploy is somebody else's, all of the login is slipway's.
func TestLoginOfItsOwn(t *testing.T) {
	p := plan.Plan{Name: "shop", Tag: "slipway-shop-0a1b2c3d4e5f", Login: "slipway"}
	changes := Login.Decide(fact.View{Plan: p, Looked: "sudo missing\n"})
	var all []string
	for _, c := range changes {
		all = append(all, c.What+" ("+c.Why+")")
	}
	text := strings.Join(all, "\n")
	if !strings.Contains(text, "make the user slipway, without a password (deploy is somebody else's here, ") || strings.Contains(text, "log in as deploy") {
		t.Errorf("it would %s", text)
	}
	scripts := Login.Look(p) + Login.Script(fact.View{Plan: p}) + Remove(p)
	for _, wrong := range []string{"user=deploy", "deploy ALL=", "the user deploy"} {
		if strings.Contains(scripts, wrong) {
			t.Errorf("it works on the user deploy: %s", wrong)
		}
	}
	if usual := SudoersFile.Content; strings.Contains(usual, "slipway ALL") || !strings.Contains(usual, "\ndeploy ALL=(ALL:ALL) NOPASSWD: ALL\n") {
		t.Errorf("the usual user's file is %s", usual)
	}
}
