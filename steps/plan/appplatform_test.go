package plan

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/state"
)

const flaskApp = "from flask import Flask\napp = Flask(__name__)\n"

// flaskWith makes an app's folder with a Flask app that has more lines, and requirements.
func flaskWith(t *testing.T, lines, requirements, settings string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "shop")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"app.py": flaskApp + lines, "requirements.txt": "flask\n" + requirements, "slipway.toml": settings} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func onAppPlatform(t *testing.T, folder string, flags map[string]string, env ...string) (Plan, error) {
	t.Helper()
	all := map[string]string{KeyProvider: ProviderAppPlatform}
	maps.Copy(all, flags)
	return Make(t.Context(), Asked{Folder: folder, Flags: all, Env: env, Getenv: noEnvironment}, state.Home{Dir: t.TempDir()})
}

const (
	connects = "import sqlite3\ndb = sqlite3.connect('shop.db')\n"
	falls    = "import os\nfrom sqlalchemy import create_engine\ne = create_engine(os.environ.get('DB_URL', 'sqlite:///shop.db'))\n"
)

// TestDatabaseFilesOnAppPlatform refuses SQLite with the way out, and takes the app once
// it has another database.
func TestDatabaseFilesOnAppPlatform(t *testing.T) {
	const begins = "the app's database is the SQLite file shop.db (app.py line "
	postgres := map[string]string{KeyService: "postgres"}
	for name, test := range map[string]struct {
		lines, requirements, settings string
		flags                         map[string]string
		env                           []string
		next                          string
	}{
		"only a file":                      {connects, "", "", nil, nil, "add psycopg to the app's requirements and give --service postgres: it sets DATABASE_URL; have the app take its database's address from there, as with os.environ[\"DATABASE_URL\"]; or use --provider digitalocean, which keeps the file"},
		"only a file, and a database":      {connects, "psycopg\n", "", postgres, nil, "give --service postgres: it sets DATABASE_URL; have the app take its database's address from there, as with os.environ[\"DATABASE_URL\"]; or use"},
		"reads an address":                 {falls, "psycopg\n", "", nil, nil, "give --service postgres: it sets DB_URL, which app.py line 5 reads; or use"},
		"reads an address, without driver": {falls, "", "", nil, nil, "add psycopg to the app's requirements and give --service postgres: it sets DB_URL"},
		"with Redis":                       {falls, "psycopg\n", "", map[string]string{KeyService: "redis"}, nil, "give --service postgres"},
		"named by slipway.toml":            {"", "", "[app]\ndata = ['shop.db']\n", nil, nil, "give --service postgres"},
		"with a database":                  {falls, "psycopg\n", "", postgres, nil, ""},
		"with MySQL":                       {falls, "pymysql\n", "", map[string]string{KeyService: "mariadb"}, nil, ""},
		"with an address":                  {falls, "psycopg\n", "", nil, []string{"DB_URL=postgresql://a:b@db.example/shop"}, ""},
		"with a named variable":            {connects, "psycopg\n", "[services]\npostgres = true\n[services.names]\nSHOP = 'postgres:url'\n", nil, nil, ""},
	} {
		p, err := onAppPlatform(t, flaskWith(t, test.lines, test.requirements, test.settings), test.flags, test.env...)
		if test.next == "" {
			if err != nil || strings.Contains(strings.Join(p.App.Warnings, "\n"), "keeps no files") {
				t.Errorf("%s: %v, %q", name, err, p.App.Warnings)
			}
			continue
		}
		usage, ok := errors.AsType[*providers.Usage](err)
		if !ok || usage.About != providers.AboutApp || !strings.Contains(usage.Error(), test.next) || test.settings == "" && !strings.HasPrefix(usage.Error(), begins) {
			t.Errorf("%s: got %v, want %q", name, err, test.next)
		}
	}
	const own = "the variable DB_URL names an SQLite database, and App Platform keeps no files: leave DB_URL out, and give --service postgres"
	if _, err := onAppPlatform(t, flaskWith(t, falls, "psycopg\n", ""), postgres, "DB_URL=sqlite:///shop.db"); err == nil || err.Error() != own {
		t.Errorf("an address of SQLite: %v", err)
	}
	const django = "add psycopg and dj-database-url to the app's requirements and give --service postgres: it sets DATABASE_URL; have the settings read it, as with DATABASES = {\"default\": dj_database_url.config()}"
	if _, err := onAppPlatform(t, "../../ui/e2e/shapes/testdata/django-start", nil); err == nil || !strings.Contains(err.Error(), django) {
		t.Errorf("Django: %v", err)
	}
	if _, err := Make(t.Context(), Asked{Folder: flaskWith(t, connects, "", ""), Flags: map[string]string{KeyProvider: ProviderDocker}, Getenv: noEnvironment}, state.Home{Dir: t.TempDir()}); err != nil {
		t.Errorf("elsewhere the file is kept: %v", err)
	}
}

// TestWarningsOfAppPlatform warns of files that do not last, and of what several instances
// do not share.
func TestWarningsOfAppPlatform(t *testing.T) {
	const (
		uploads  = "import os\napp.config['UPLOAD_FOLDER'] = 'uploads'\n"
		logs     = "import logging\nlogging.basicConfig(filename='app.log')\n"
		socketIO = "from flask_socketio import SocketIO\nsio = SocketIO(app)\n"
		clock    = "from apscheduler.schedulers.background import BackgroundScheduler\n"
		beat     = "[app.processes]\nbeat = 'celery -A shop beat'\n[app-platform]\nbeat = 2\n"
	)
	three, upToTen := map[string]string{KeyInstances: "3"}, map[string]string{KeyInstances: "1..10"}
	for name, test := range map[string]struct {
		lines, requirements, settings string
		flags                         map[string]string
		env                           []string
		want                          string
	}{
		"uploads": {uploads, "", "", nil, nil, "App Platform keeps no files: what the app writes to uploads/ is lost with each release, and only one instance sees it; keep uploads in a bucket of Spaces, " +
			"with boto3 and its variables AWS_ENDPOINT_URL_S3 (https://fra1.digitaloceanspaces.com for a bucket in fra1), AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"},
		"uploads in a bucket":   {uploads, "boto3\n", "", nil, []string{"AWS_ENDPOINT_URL_S3=https://fra1.digitaloceanspaces.com"}, ""},
		"a bucket that is none": {uploads, "boto3\n", "", nil, nil, "uploads/ is lost"},
		"a log":                 {logs, "", "", nil, nil, "what the app writes to app.log is lost with each release, and only one instance sees it"},
		"sockets":               {socketIO, "", "", three, nil, `app.py line 3 has Socket.IO: Socket.IO begins with requests that must reach the same instance`},
		"sockets, growing":      {socketIO, "", "", upToTen, nil, "app.py line 3 has Socket.IO"},
		"sockets of one":        {socketIO, "", "", nil, nil, ""},
		"websockets":            {"from flask_sock import Sock\n", "", "", three, nil, "has websockets: a message over a websocket reaches only the clients of the same instance"},
		"a scheduler":           {clock, "", "", three, nil, "app.py line 3 has a scheduler: each instance would run the scheduled jobs"},
		"beats":                 {"", "", beat, nil, nil, "each of the 2 instances of beat would start every scheduled task: count one of it under [app-platform] in slipway.toml"},
		"hosts": {"app.config['TRUSTED_HOSTS'] = ['shop.example']\n", "", "", nil, nil,
			"give --domain shop.example, or add the app's address at App Platform there"},
		"hosts with the domain": {"app.config['TRUSTED_HOSTS'] = ['shop.example']\n", "", "", map[string]string{KeyDomain: "shop.example"}, nil, ""},
		"hosts of the platform": {"app.config['TRUSTED_HOSTS'] = ['.ondigitalocean.app']\n", "", "", nil, nil, ""},
	} {
		p, err := onAppPlatform(t, flaskWith(t, test.lines, test.requirements, test.settings), test.flags, test.env...)
		got := strings.Join(p.App.Warnings, "\n")
		about := strings.Contains(got, "instance") || strings.Contains(got, "answers 400")
		if err != nil || !strings.Contains(got, test.want) || test.want == "" && about {
			t.Errorf("%s: %v, got %q, want %q", name, err, got, test.want)
		}
	}
}

// TestAppPlatformHasDomainsAndSizes: a domain is the app's own, and the size can change.
func TestAppPlatformHasDomainsAndSizes(t *testing.T) {
	home, folder := state.Home{Dir: t.TempDir()}, flaskWith(t, "", "", "")
	for _, size := range []string{"apps-s-1vcpu-0.5gb", "apps-d-1vcpu-1gb"} {
		asked := Asked{Folder: folder, Getenv: noEnvironment, Flags: map[string]string{KeyProvider: ProviderAppPlatform, KeySize: size, KeyDomain: "shop.example,www.shop.example"}}
		p, err := Make(t.Context(), asked, home)
		if err != nil || p.Value(KeySize) != size || len(p.Domains()) != 2 || !p.TakesDomain() || p.OmittedDomain() != nil || p.CheckDomain() != nil {
			t.Fatalf("%s: %v, %v", size, p.Domains(), err)
		}
		remember(t, home, p)
	}
	asked := Asked{Folder: folder, Getenv: noEnvironment, Flags: map[string]string{KeyRegion: "ams"}}
	if _, err := Make(t.Context(), asked, home); err == nil || !strings.Contains(err.Error(), "can't be changed") {
		t.Errorf("another region: %v", err)
	}
}

// TestDatabaseFilesLater: a variable that an earlier run was given is there and only there.
func TestDatabaseFilesLater(t *testing.T) {
	home, folder := state.Home{Dir: t.TempDir()}, flaskWith(t, falls, "psycopg\n", "")
	asked := Asked{Folder: folder, Getenv: noEnvironment, Flags: map[string]string{KeyProvider: ProviderAppPlatform}, Env: []string{"DB_URL=postgresql://a:b@db.example/shop"}}
	for _, want := range []string{"", "unless the app was given DB_URL before, its database is the SQLite file shop.db (app.py line 5)"} {
		p, err := Make(t.Context(), asked, home)
		got := strings.Join(p.App.Warnings, "\n")
		if err != nil || !strings.Contains(got, want) || want == "" && strings.Contains(got, "SQLite") {
			t.Errorf("%v, %q", err, got)
		}
		remember(t, home, p)
		asked.Env = nil
	}
}
