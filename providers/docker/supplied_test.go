package docker

import (
	"slices"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/providers/loopback"
)

// TestSupplied: an app is told every name under which it may be published; what a person
// sets wins.
func TestSupplied(t *testing.T) {
	spec := providers.Spec{Tag: "slipway-shop-1"}
	app := providers.App{HostVariable: func(hosts []string) (string, string) { return "HOSTS", strings.Join(hosts, " ") }}
	s, err := settingsOf(spec, app)
	if err != nil {
		t.Fatal(err)
	}
	r := release{settings: s, variables: map[string]string{"COLOUR": "red"}}
	env := r.environment()
	at := slices.IndexFunc(env, func(entry string) bool { return strings.HasPrefix(entry, "HOSTS=") })
	if at < 0 || !slices.Contains(env, "COLOUR=red") {
		t.Fatalf("the environment is %v", env)
	}
	hosts := strings.Fields(strings.TrimPrefix(env[at], "HOSTS="))
	for _, host := range []string{loopback.Candidate(spec.Tag, 0).String(), loopback.Candidate(spec.Tag, placeTries-1).String(), "127.0.0.1", "localhost"} {
		if !slices.Contains(hosts, host) {
			t.Errorf("%s is not among the hosts %v", host, hosts)
		}
	}
	if r.names() != "COLOUR" {
		t.Errorf("%q count as the app's own", r.names())
	}
	r.variables["HOSTS"] = "mine"
	if !slices.Contains(r.environment(), "HOSTS=mine") {
		t.Errorf("a person's own does not win: %v", r.environment())
	}
	app.HostVariable = func([]string) (string, string) { return "", "" }
	none, err := settingsOf(spec, app)
	if err != nil || strings.Contains(none.text(), "supplied") {
		t.Errorf("an app that does not look has %s, %v", none.text(), err)
	}
}
