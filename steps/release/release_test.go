package release

import (
	"testing"

	"slipway/steps/fact"
	"slipway/steps/fact/example"
)

func TestUnitsOf(t *testing.T) {
	const (
		files = "link /srv/app-accounts/releases/0123456789ab /srv/app-accounts/current\n"
		unit  = "app-accounts-0123456789ab"
	)
	service, socket := example.Unit(unit+".service", "active", "enabled"), example.Unit(unit+".socket", "active", "enabled")
	for name, c := range map[string]struct {
		looked string
		up     bool
		now    string
	}{
		"up":             {files + service + socket, true, "service active enabled, socket active enabled"},
		"failed":         {files + example.Unit(unit+".service", "failed", "enabled") + socket, false, "service failed enabled, socket active enabled"},
		"not there":      {files + example.Unit(unit+".service", "inactive", "") + socket, false, "service inactive disabled, socket active enabled"},
		"not looked at":  {"", false, ""},
		"one is missing": {files + service, false, "service active enabled"},
	} {
		t.Run(name, func(t *testing.T) {
			up, now := unitsOf(fact.View{Plan: example.Plan(t), Looked: c.looked})
			if up != c.up || now != c.now {
				t.Errorf("got %t, %q", up, now)
			}
		})
	}
}
