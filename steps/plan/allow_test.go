package plan

import (
	"fmt"
	"slices"
	"testing"
)

func TestAllow(t *testing.T) {
	for value, c := range map[string]struct {
		want  string // the ports, as --allow takes them
		given bool
		wrong bool
	}{
		"":                         {"[]", false, false},
		"none":                     {"[]", true, false},
		"8080":                     {"[8080]", true, false},
		"51820/udp,8080,8080/tcp":  {"[8080 51820/udp]", true, false},
		"53/udp,53/tcp":            {"[53 53/udp]", true, false},
		"65536":                    {"[]", true, true},
		"0":                        {"[]", true, true},
		"-1":                       {"[]", true, true},
		"http":                     {"[]", true, true},
		"80/sctp":                  {"[]", true, true},
		"8080/":                    {"[]", true, true},
		"8080,none":                {"[8080]", true, true},
		"8080, 9090":               {"[8080]", true, true},
		"22 } accept; flush table": {"[]", true, true},
	} {
		p := Plan{Values: map[string]NamedValue{KeyAllow: {Value: value}}}
		ports, given := p.Allowed()
		if got := fmt.Sprint(ports); got != c.want || given != c.given {
			t.Errorf("%q: got %s, %v", value, got, given)
		}
		if err := checkAllowed(value); value != "" && (err != nil) != c.wrong {
			t.Errorf("%q: %v", value, err)
		}
	}
	spec := SpecOf(Plan{Values: map[string]NamedValue{KeyAllow: {Value: "8080,22,51820/udp"}}})
	if !slices.Equal(spec.Ports, []int{22, 80, 8080}) || !slices.Equal(spec.UDPPorts, []int{51820}) {
		t.Errorf("the provider is asked for %v and %v", spec.Ports, spec.UDPPorts)
	}
}
