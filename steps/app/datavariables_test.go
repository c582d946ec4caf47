package app

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestGivenDatabases has a variable name the app's database.
func TestGivenDatabases(t *testing.T) {
	fast := files("requirements.txt", "fastapi", "main.py", "import os\nfrom fastapi import FastAPI\nfrom sqlalchemy import create_engine\napp = FastAPI()\nengine = create_engine(os.environ['DB_URL'])\n")
	flask := files("requirements.txt", "flask\nflask-sqlalchemy", "main.py", flaskTop+flaskSQL+"app.config['SQLALCHEMY_DATABASE_URI'] = os.environ['DB_URL']\n")
	django := djangoFiles(strings.Replace(djangoSettings, `{"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(os.environ.get("STATE_DIRECTORY", "."), "db")}`, `dj_database_url.parse(os.environ["DB_URL"])`, 1))
	for name, test := range map[string]struct {
		files fstest.MapFS
		value string
		kept  []string
		want  string
	}{
		"file":         {fast, "sqlite:///shop.db", nil, `set data = ["shop.db"] under [app] in slipway.toml`},
		"folder":       {fast, "sqlite+aiosqlite:///./var/db/shop.db", nil, `the SQLite database var/db/shop.db, which no release can write to, because it is not kept: set data = ["var/db/"] under`},
		"instance":     {flask, "sqlite:///shop.db", nil, `set data = ["instance/"] under`},
		"Django":       {django, "sqlite:///db.sqlite3", nil, `set data = ["db.sqlite3"] and release = "python manage.py migrate --noinput" under`},
		"temporary":    {fast, "sqlite:////tmp/shop.db", nil, `/tmp/shop.db, which is gone whenever the app starts, because it is not kept: set data = ["/tmp/shop.db"] under`},
		"kept":         {fast, "sqlite:///var/shop.db", []string{"var/"}, ""},
		"in memory":    {fast, "sqlite://", nil, ""},
		"system":       {fast, "sqlite:////var/lib/app-shop/x.db", nil, ""},
		"other":        {fast, "postgresql://db/shop", nil, ""},
		"not the name": {files("requirements.txt", "flask", "app.py", flaskApp), "sqlite:///shop.db", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Detect(test.files, Settings{Data: test.kept, Variables: map[string]string{"DB_URL": test.value}})
			switch {
			case test.want == "" && err != nil:
				t.Errorf("it is refused: %v", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
