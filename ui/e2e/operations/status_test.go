package operations

import (
	"encoding/json"
	"strings"
	"testing"

	"slipway/steps"
)

// status tells of the release, its memory, the server and what fails on it.
func (s *site) status(t *testing.T) {
	s.Root(app, "systemd-run --quiet --unit=fails-for-a-test.service false; until systemctl is-failed --quiet fails-for-a-test.service; do sleep 0.1; done")
	defer s.Root(app, "systemctl reset-failed fails-for-a-test.service")
	var c steps.Condition
	r := s.must(t, "", "status", app, "--json")
	if err := json.Unmarshal([]byte(r.Stdout), &c); err != nil || !strings.Contains(r.Stdout, `"event":"status"`) {
		t.Fatalf("%s: %v", r.Stdout, err)
	}
	if !c.Answers || c.HTTPStatus != 200 || c.Release != s.deployed.Release || c.Server == nil {
		t.Fatalf("got %s", r.Stdout)
	}
	server := *c.Server
	if server.System != "debian 13" || server.CPUs < 1 || server.Memory.Total < 100 || server.Memory.Free < 1 || server.Disk.Free < 1 || server.Listed.IsZero() {
		t.Errorf("the server is %+v", server)
	}
	if len(server.Units) == 0 || server.Units[0].Name != "app-ops-"+s.deployed.Release+".service" || server.Units[0].State != "active" || server.Units[0].Memory < 10 {
		t.Errorf("the units are %+v", server.Units)
	}
	if len(server.Failed) != 1 || server.Failed[0] != "fails-for-a-test.service" {
		t.Errorf("the failed units are %v", server.Failed)
	}
	if len(server.Releases) != 1 || !server.Releases[0].Current || server.Releases[0].Name != s.deployed.Release {
		t.Errorf("the releases are %+v", server.Releases)
	}
	text := s.must(t, "", "status", app).Stdout
	for _, want := range []string{"answers    yes, with status 200\n", "failed     fails-for-a-test.service\n", "memory     ", "disk       ", "updates    "} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
}
