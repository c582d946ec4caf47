package local

import (
	"strings"
	"testing"
)

func TestMachineID(t *testing.T) {
	for tag, same := range map[string]bool{
		"slipway-hello-3f9a1c0b7d2e":   true,
		"../../etc":                    false,
		"a/b":                          false,
		"-rf":                          false,
		"Hello":                        false,
		"a\nb":                         false,
		"":                             false,
		"s" + strings.Repeat("x", 200): false,
	} {
		id := machineID(tag)
		if (id == tag) != same || !shortTag.MatchString(id) {
			t.Errorf("tag %q: id %q", tag, id)
		}
		if socket := layoutFor("/x", tag).socket(); len(socket) >= 108 {
			t.Errorf("tag %q: the socket's path has %d bytes", tag, len(socket))
		}
	}
	if machineID("a/b") == machineID("a_b") {
		t.Error("two tags share an id")
	}
}
