package heroku

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// page is a path, and what must be in the answer there.
type page struct{ path, says string }

// TestShapes deploys apps of several shapes: what is recognised for a server runs at Heroku.
func TestShapes(t *testing.T) {
	for _, s := range []struct {
		folder string
		args   []string
		pages  []page
		warns  string
	}{
		{"flask-imports", nil, []page{{"/", "only its imports"}}, ""},
		{"fastapi", nil, []page{{"/", `{"lifespan":true}`}, {"/openapi.json", `"FastAPI"`}}, ""},
		{"django", []string{"--env", "SECRET_KEY=not much of one"}, []page{{"/", "notes"}, {"/static/notes/style.css", "color: navy"}}, ""},
		{"uv-workspace", nil, []page{{"/", "a sibling says hello"}}, ""},
		{"editable-library", nil, []page{{"/", "words of a data file 0.3"}}, ""},
		{"quart", nil, []page{{"/", "Quart by its object"}}, ""},
		{"socketio", nil, []page{{"/", "a chat"}, {"/socket.io/?EIO=4&transport=polling", `"sid"`}}, ""},
		{"front-end", nil, []page{{"/", "a front end that was not built"}, {"/dist/index.html", "front"}}, ""},
		{"django-start", nil, []page{{"/?add=x", "1 notes"}, {"/static/admin/css/base.css", ":root"}}, "Heroku keeps no files: what the app writes to db.sqlite3"},
		{"data-media", nil, []page{{"/", "a gallery"}, {"/add/x", "x.txt"}, {"/media/x.txt", "uploaded"}}, "db.sqlite3, media/ is lost"},
		{"flask-init-db", nil, []page{{"/?add=x", "1 notes"}}, "give --service postgres"},
	} {
		t.Run(s.folder, func(t *testing.T) {
			o := newOperator(t)
			r := o.Must(append([]string{"--yes"}, args(append([]string{shape(t, s.folder)}, s.args...)...)...)...)
			lines := strings.Split(strings.TrimSpace(r.Stdout), "\n")
			for _, p := range s.pages {
				asks(t, strings.TrimSuffix(lines[len(lines)-1], "/")+p.path, p.says)
			}
			if !strings.Contains(r.Stderr, s.warns) {
				t.Errorf("it does not warn of %q:\n%s", s.warns, r.Stderr)
			}
			if again := o.deploy(append([]string{shape(t, s.folder)}, s.args...)...); again.Changed {
				t.Errorf("the second run: %v", again.Steps)
			}
		})
	}
}

// TestPackageJSON deploys an app that Heroku by itself would take for one of Node.js.
func TestPackageJSON(t *testing.T) {
	o := newOperator(t)
	folder := e2e.UnpackSample(t, "hello")
	failOn(t, os.WriteFile(filepath.Join(folder, "package.json"), []byte(`{"name": "hello"}`), 0o600))
	asks(t, o.deploy(folder).URL, "Hello World")
}
