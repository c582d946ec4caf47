package heroku

import (
	"os"
	"path/filepath"
	"testing"
)

// TestData gives a Django a real database: what it keeps there outlives releases, and an
// earlier release finds it too.
func TestData(t *testing.T) {
	o := newOperator(t)
	if !o.heroku.HasPostgres() {
		t.Skip("there is no PostgreSQL on this computer")
	}
	folder := filepath.Join(t.TempDir(), "notes")
	failOn(t, os.CopyFS(folder, os.DirFS(shape(t, "django-start"))))
	failOn(t, os.WriteFile(filepath.Join(folder, "requirements.txt"), []byte("django\ndj-database-url\npsycopg[binary]\n"), 0o600))
	settings := filepath.Join(folder, "mysite", "settings.py")
	edit(t, settings, "from pathlib import Path\n", "from pathlib import Path\nimport dj_database_url\n")
	edit(t, settings, `STATIC_URL = "static/"`, `STATIC_URL = "static/"
DATABASES["default"] = dj_database_url.config(conn_max_age=60, ssl_require=True)`)
	words := []string{folder, "--name", "notes", "--service", "postgres"}

	first := o.deploy(words...)
	asks(t, first.URL+"?add=x", "1 notes")
	edit(t, settings, "DEBUG = True", "DEBUG = False")
	second := o.deploy(words...)
	if !second.Changed || second.URL != first.URL {
		t.Errorf("the second release: %+v", second.Outcome)
	}
	asks(t, second.URL+"?add=y", "2 notes")
	o.Must("rollback", "notes")
	asks(t, first.URL, "2 notes")
	if again := o.deploy(words...); !again.Changed {
		t.Errorf("after a rollback a deploy changes nothing: %v", again.Steps)
	}
	asks(t, first.URL, "2 notes")
	if again := o.deploy(words...); again.Changed {
		t.Errorf("the last run: %v", again.Steps)
	}
}
