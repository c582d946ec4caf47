package app

import (
	"io/fs"
	"runtime"
	"testing"
)

func TestExecutable(t *testing.T) {
	for name, c := range map[string]struct {
		mode          fs.FileMode
		begins        string
		unix, windows bool
	}{
		"script":         {0o755, "#!/bin/sh\n", true, true},
		"script, plain":  {0o644, "#!/bin/sh\n", false, true},
		"program":        {0o755, program + "\x02", true, true},
		"text":           {0o644, "# text\n", false, false},
		"text, by mode":  {0o755, "# text\n", true, false},
		"nothing, group": {0o655, "", false, false},
	} {
		want := c.unix
		if runtime.GOOS == "windows" {
			want = c.windows
		}
		if got := executable(c.mode, c.begins); got != want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
