package steps

import (
	"maps"
	"os/exec"
	"strings"
	"testing"

	"slipway/state"
)

func planWith(settings map[string]string) Plan {
	p := Plan{Name: "shop", Release: "0123456789ab", Values: map[string]NamedValue{}}
	for key, value := range settings {
		p.Values[key] = NamedValue{Key: key, Value: value}
	}
	return p
}

func TestHealth(t *testing.T) {
	strict := planWith(map[string]string{KeyHealthPath: "/healthz", KeyHealthStatus: "204", KeyHealthTime: "5"}).Health()
	for _, c := range []struct {
		health Health
		status int
		want   bool
	}{
		{Plan{}.Health(), 200, true}, {Plan{}.Health(), 404, true}, {Plan{}.Health(), 500, false},
		{strict, 204, true}, {strict, 200, false},
	} {
		if got := c.health.Takes(c.status); got != c.want {
			t.Errorf("%+v takes %d: %t", c.health, c.status, got)
		}
	}
	if got, want := strict.describe(), "it answers at /healthz with status 204, within 5 s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHealthSettings(t *testing.T) {
	for _, c := range []struct {
		check func(string) error
		value string
		ok    bool
	}{
		{checkHealthPath, "/", true}, {checkHealthPath, "/up?full=1", true}, {checkHealthPath, "up", false}, {checkHealthPath, "/$(id)", false},
		{checkHealthStatus, "200", true}, {checkHealthStatus, "99", false}, {checkHealthStatus, "ok", false},
		{checkHealthTime, "900", true}, {checkHealthTime, "0", false}, {checkHealthTime, "901", false},
	} {
		if err := c.check(c.value); (err == nil) != c.ok {
			t.Errorf("%q: %v", c.value, err)
		}
	}
}

// TestHealthFile has a shell read what is written, and a rollback put it on
// record again.
func TestHealthFile(t *testing.T) {
	for _, c := range []struct {
		settings map[string]string
		address  string
		want     string
	}{
		{nil, "127.1.2.3", "/  60 127.1.2.3 http"},
		{map[string]string{KeyHealthPath: "/up?a=1&b=2", KeyHealthStatus: "204", KeyHealthTime: "9"}, "::1", "/up?a=1&b=2 204 9 [::1] http"},
		{map[string]string{KeyDomain: "shop.example.org,www.example.org"}, "127.1.2.3", "/  60 shop.example.org https"},
	} {
		file := healthFile(view{Plan: planWith(c.settings), Address: c.address})
		cmd := exec.Command("sh", "-eu")
		cmd.Stdin = strings.NewReader(file.Content + `echo "$health_path $health_status $health_seconds $health_host $health_scheme"`)
		if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != c.want {
			t.Errorf("got %s, %v, want %s", out, err, c.want)
		}
		record := state.Record{Settings: map[string]string{KeyHealthPath: "/other", KeyHealthTime: "1"}}
		rolledBack(&record, "ba9876543210", file.Content)
		want := maps.Clone(c.settings)
		delete(want, KeyDomain)
		if record.Release != "ba9876543210" || !maps.Equal(record.Settings, want) {
			t.Errorf("after a rollback: %v, want %v", record.Settings, want)
		}
	}
}
