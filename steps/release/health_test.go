package release

import (
	"maps"
	"os/exec"
	"strings"
	"testing"

	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/plan"
)

// TestHealthFile has a shell read what is written, and reads it back.
func TestHealthFile(t *testing.T) {
	for _, c := range []struct {
		settings map[string]string
		address  string
		want     string
	}{
		{nil, "127.1.2.3", "/  60 127.1.2.3 http"},
		{map[string]string{plan.KeyHealthPath: "/up?a=1&b=2", plan.KeyHealthStatus: "204", plan.KeyHealthTime: "9"}, "::1", "/up?a=1&b=2 204 9 [::1] http"},
		{map[string]string{plan.KeyDomain: "shop.example.org,www.example.org"}, "127.1.2.3", "/  60 shop.example.org https"},
	} {
		file := healthFile(fact.View{Plan: example.WithSettings(c.settings), Address: c.address})
		cmd := exec.Command("sh", "-eu")
		cmd.Stdin = strings.NewReader(file.Content + `echo "$health_path $health_status $health_seconds $health_host $health_scheme"`)
		if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != c.want {
			t.Errorf("got %s, %v, want %s", out, err, c.want)
		}
		settings, ok := ReadHealth(file.Content)
		maps.DeleteFunc(settings, func(_, value string) bool { return value == "" })
		want := maps.Clone(c.settings)
		delete(want, plan.KeyDomain)
		if !ok || !maps.Equal(settings, want) {
			t.Errorf("read back: %v, want %v", settings, want)
		}
	}
}
