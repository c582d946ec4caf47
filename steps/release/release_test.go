package release

import (
	"testing"

	"slipway/steps/fact"
	"slipway/steps/fact/example"
)

func TestUnitsOf(t *testing.T) {
	const (
		files   = "link /srv/app-accounts/releases/0123456789ab /srv/app-accounts/current\n"
		service = "Id=a.service\nActiveState=active\nUnitFileState=enabled\n\n"
		socket  = "Id=a.socket\nActiveState=active\nUnitFileState=enabled\n\n"
	)
	for name, c := range map[string]struct {
		looked string
		up     bool
		now    string
	}{
		"up":             {files + service + socket, true, "service active enabled, socket active enabled"},
		"failed":         {files + "Id=a.service\nActiveState=failed\nUnitFileState=enabled\n\n" + socket, false, "service failed enabled, socket active enabled"},
		"not there":      {files + "Id=a.service\nActiveState=inactive\nUnitFileState=\n\n" + socket, false, "service inactive , socket active enabled"},
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
