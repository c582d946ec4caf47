package release

import (
	"maps"
	"os/exec"
	"strings"
	"testing"

	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
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

// TestLastError: of an error that the log has again and again, the last is shown, with
// the one that it was raised from. One whose last line is still missing says nothing as
// long as there is a whole one.
func TestLastError(t *testing.T) {
	const before = "booting\nTraceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'A'\n[10:00] GET /\n"
	const last = "Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'A'\n\n" +
		"During handling of the above exception, another exception occurred:\n\n" +
		"Traceback (most recent call last):\n  File \"b.py\", line 2\nRuntimeError: no settings\n"
	const frame = "Traceback (most recent call last):\n  File \"c.py\", line 3\n"
	const linked = "RuntimeError: a\n\nThe above exception was the direct cause of the following exception:\n\n" + frame
	for log, want := range map[string]string{
		before + last:                   last,
		before + last + frame:           last,
		before + last + frame + linked:  last,
		last + frame + "OSError: b\n":   frame + "OSError: b\n",
		"no error\nat all\n":            "no error\nat all\n",
		"no error\n" + frame:            frame,
		"no error\n" + frame + linked:   frame + linked,
		frame + "KeyError: 'A'\nmore\n": frame + "KeyError: 'A'\nmore\n",
	} {
		got, err := sh(shell.Lines(startFunctions(layout.Of("shop"), "0123456789ab"), "printf %s "+shell.Quote(log)+" | last_error"))
		if err != nil || got != want {
			t.Errorf("%v, got\n%s", err, got)
		}
	}
}
