package app

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestNestedCommands reads commands and scripts that are nested deeper than a parser's
// stack: a Procfile is refused by its line, and a script is left as it is.
func TestNestedCommands(t *testing.T) {
	for _, nested := range []string{"(", "$(", "$((", "{ ", "`", "if ", "${x:-"} {
		deep := strings.Repeat(nested, 150_000)
		_, err := Detect(fstest.MapFS{"Procfile": {Data: []byte("# x\nweb: " + deep + "\n")}}, Settings{})
		if err == nil || !strings.Contains(err.Error(), "line 2 has ") {
			t.Errorf("%q: %.200v", nested, err)
		}
		files := fstest.MapFS{"Procfile": {Data: []byte("web: sh start.sh\n")}, "start.sh": {Data: []byte(deep)}, "requirements.txt": {Data: []byte("gunicorn\n")}}
		if _, err := Detect(files, Settings{}); err != nil && len(err.Error()) > 1000 {
			t.Errorf("%q: a script: %.200v", nested, err)
		}
		if _, err := Detect(fstest.MapFS{"app.py": {Data: []byte("app = 1\n")}}, Settings{Command: deep}); err != nil && len(err.Error()) > 1000 {
			t.Errorf("%q: app.command: %.200v", nested, err)
		}
	}
}
