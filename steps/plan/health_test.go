package plan

import (
	"testing"
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
	if got, want := strict.Describe(), "it answers at /healthz with status 204, within 5 s"; got != want {
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
