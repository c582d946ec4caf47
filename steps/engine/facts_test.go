package engine

import (
	"slices"
	"testing"

	"slipway/steps/fact"
)

// TestLookedAtAfter looks at everything again unless the change was the app's own.
func TestLookedAtAfter(t *testing.T) {
	inner := func(v fact.View) bool { return v.Looked == "" }
	packages, release, tests := &fact.Fact{Name: "packages"}, &fact.Fact{Name: "release", Inner: fact.Always}, &fact.Fact{Name: "tests", Inner: inner}
	all := Facts{packages, tests, release}
	run := &Run{facts: all, server: &server{sections: map[string]string{}}}
	for _, test := range []struct {
		looked   string
		changing Facts
		want     []string
	}{
		{"", Facts{release}, []string{"tests", "release"}},
		{"", Facts{tests, release}, []string{"tests", "release"}},
		{"not this time", Facts{tests, release}, []string{"packages", "tests", "release"}},
		{"", Facts{packages, release}, []string{"packages", "tests", "release"}},
	} {
		run.server.sections["tests"] = test.looked
		if got := all.lookedAtAfter(run, test.changing).names(); !slices.Equal(got, test.want) {
			t.Errorf("after %v, of which one saw %q: %v, want %v", test.changing.names(), test.looked, got, test.want)
		}
	}
	run.server.see(Look{}, map[string]string{"release": "seen"})
	if s := run.server.sections; s["tests"] != "" || s["release"] != "seen" {
		t.Errorf("what was not looked at is not as it was: %v", s)
	}
	run.server.sections["tests"] = "before"
	run.server.see(Look{}, map[string]string{"release": "again"})
	if s := run.server.sections; s["tests"] != "before" || s["release"] != "again" {
		t.Errorf("what was not looked at is not as it was: %v", s)
	}
}
