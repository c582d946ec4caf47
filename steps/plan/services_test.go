package plan

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/state"
	"slipway/steps/app"
)

const askedDatabase = "import os\nfrom flask import Flask\nfrom sqlalchemy import create_engine\napp = Flask(__name__)\nengine = create_engine(os.environ['SHOP_DB_URI'])\n"

// backedUp is an environment that says where backups go.
func backedUp(key string) string {
	return map[string]string{"SLIPWAY_BACKUP_TO": "local:backups"}[key]
}

// TestOffers: an app that seems to use a database is told so until somebody decides, and
// what decides is the file, the flag or a variable with an address.
func TestOffers(t *testing.T) {
	const offer = "the app has psycopg2 (requirements.txt line 2): --service postgres puts PostgreSQL beside it, and --service none says that it needs none"
	const need = "app.py line 5 reads the variable SHOP_DB_URI, which is not given: give it with --env-file or --env SHOP_DB_URI=…"
	for name, test := range map[string]struct {
		file  string
		flags map[string]string
		env   []string
		want  []string
		names string
	}{
		"nothing said":       {"", nil, nil, []string{need, offer}, ""},
		"the flag":           {"", map[string]string{KeyService: app.Postgres}, nil, nil, "SHOP_DB_URI"},
		"the file":           {"[services]\npostgres = true\n", nil, nil, nil, "SHOP_DB_URI"},
		"none":               {"[services]\npostgres = false\n", nil, nil, []string{need}, ""},
		"its address":        {"", nil, []string{"SHOP_DB_URI=postgresql://db.example/shop"}, nil, ""},
		"another address":    {"", nil, []string{"OTHER=postgres://db.example/shop"}, []string{need}, ""},
		"an SQLite file":     {"", nil, []string{"SHOP_DB_URI=sqlite://"}, nil, ""},
		"a name of its own":  {"[services]\npostgres = true\nnames = {SHOP_DB_URI = 'postgres:url:postgresql+psycopg', X = 'postgres:host'}\n", nil, nil, nil, "SHOP_DB_URI X"},
		"names, and no kind": {"[services]\nnames = {X = 'postgres:host'}\n", nil, nil, []string{need, offer}, ""},
		"another kind": {"", map[string]string{KeyService: app.Redis}, nil, []string{need,
			"nothing was found in the source that reads where Redis is: its address is in the usual variables, and names under [services] in slipway.toml has others set", offer}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			folder := writeApp(t, test.file)
			for file, text := range map[string]string{"app.py": askedDatabase, "requirements.txt": "flask\npsycopg2\n"} {
				if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			p, err := Make(t.Context(), Asked{Folder: folder, Flags: test.flags, Env: test.env, Getenv: backedUp}, state.Home{Dir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(p.App.Warnings, test.want) {
				t.Errorf("the notes are\n%s\nwant\n%s", strings.Join(p.App.Warnings, "\n"), strings.Join(test.want, "\n"))
			}
			var names []string
			for _, n := range p.ServiceNames() {
				names = append(names, n.Variable)
			}
			if got := strings.Join(names, " "); got != test.names {
				t.Errorf("the variables are %q, want %q", got, test.names)
			}
		})
	}
}
