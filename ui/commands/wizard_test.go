package commands

import (
	"bytes"
	"strings"
	"testing"
)

// TestLinesWhereNothingCanBeDrawn: a dumb terminal, or the flag, has questions
// asked line by line; and the end of the input is no answer.
func TestLinesWhereNothingCanBeDrawn(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		term string
	}{"flag": {[]string{"--accessible"}, "xterm"}, "dumb": {nil, "dumb"}} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			t.Chdir(home)
			var out, err bytes.Buffer
			code := Main(t.Context(), c.args, Streams{In: strings.NewReader(""), Out: &out, Err: &err, Terminal: true,
				Getenv: func(key string) string { return map[string]string{"TERM": c.term, "SLIPWAY_HOME": home}[key] }})
			if code != exitUsage || !strings.Contains(err.String(), "An empty answer takes what stands in brackets") || !strings.Contains(err.String(), "error: the input ended") {
				t.Errorf("exit %d\n%s", code, err.String())
			}
			if strings.Contains(err.String(), "\x1b") || out.Len() > 0 {
				t.Errorf("it draws, or says something on stdout: %q %q", err.String(), out.String())
			}
		})
	}
}
