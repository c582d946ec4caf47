package commands

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"slipway/steps"
	"slipway/steps/backup"
	"slipway/ui/text"
)

// TestBackupsAsJSON prints one object a line, with what scripts rely on.
func TestBackupsAsJSON(t *testing.T) {
	at := time.Date(2026, 1, 31, 3, 30, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		print func(*command) error
		want  string
	}{
		"list": {func(c *command) error {
			return c.printBackups([]steps.Backup{{ID: "0123abcd", Time: at, Bytes: 7, Drilled: &at}, {ID: "4567abcd", Time: at}}, true)
		}, `{"event":"backup","id":"4567abcd","time":"2026-01-31T03:30:00Z","bytes":0,"drilled":null}
{"event":"backup","id":"0123abcd","time":"2026-01-31T03:30:00Z","bytes":7,"drilled":"2026-01-31T03:30:00Z"}`},
		"now": {func(c *command) error {
			return c.printSaved("backup", steps.Saved{ID: "0123abcd", Time: at, Bytes: 7, Counted: backup.Counted{Tables: 1, Rows: 2, Files: 3}}, "", true)
		}, `{"event":"backup","id":"0123abcd","time":"2026-01-31T03:30:00Z","bytes":7,"tables":1,"rows":2,"files":3}`},
		"drill": {func(c *command) error {
			return c.printSaved("drill", steps.Saved{ID: "0123abcd", Time: at}, "", true)
		}, `{"event":"drill","id":"0123abcd","time":"2026-01-31T03:30:00Z","tables":0,"rows":0,"files":0}`},
	} {
		var out bytes.Buffer
		if err := c.print(&command{streams: Streams{Out: &out}, out: text.Writer{Out: &out}}); err != nil || strings.TrimSpace(out.String()) != c.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, out.String(), c.want)
		}
	}
}
