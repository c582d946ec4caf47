package app

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestSchema has what makes and changes the tables of an app's database.
func TestSchema(t *testing.T) {
	const command = "import sqlite3\nimport click\n@click.command('init-db')\n@with_appcontext\ndef init_db_command():\n    pass\n"
	const adds = "def init_app(app):\n    app.cli.add_command(init_db_command)\n"
	const sqlite = `app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"` + "\n"
	const migrate = "from flask_migrate import Migrate\n"
	flask := func(text string, more ...string) fstest.MapFS {
		return files(append([]string{"requirements.txt", "", "a.py", flaskApp + text}, more...)...)
	}
	for _, test := range []struct {
		name                   string
		files                  fstest.MapFS
		release, init, warning string
	}{
		{"Django", djangoFiles(djangoSettings), "python manage.py migrate --noinput", "", ""},
		{"Django with an URL", djangoFiles(strings.Replace(djangoSettings, `"django.db.backends.sqlite3"`, `dj_database_url.config(default="sqlite:///x")`, 1)), "python manage.py migrate --noinput", "", ""},
		{"Django with a name", djangoFiles(strings.Replace(djangoSettings, "DATABASES = {\"default\": ", "if os.getenv('ENGINE') == 'postgres':\n    found = {'ENGINE': 'django.db.backends.postgresql'}\nelse:\n    found = {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'x.db'}\nDATABASES = {'default': found}\nOTHERS = {'a': ", 1)), "python manage.py migrate --noinput", "", ""},
		{"Django on a server", djangoFiles(strings.Replace(djangoSettings, "sqlite3", "postgresql", 1)), "", "", "set release = "},
		{"command", flask(command + adds), "", "flask --app a:app init-db", ""},
		{"command that is not added", flask(command), "", "", ""},
		{"command of the app", flask(sqlite + "@app.cli.command()\ndef initdb():\n    pass\n"), "", "flask --app a:app initdb", ""},
		{"command with an argument", flask(sqlite + "@app.cli.command('initdb')\n@click.argument('x')\ndef initdb(x):\n    pass\n"), "", "", ""},
		{"another command", flask(sqlite + "@app.cli.command('drop-db')\ndef f():\n    pass\n"), "", "", ""},
		{"another database", flask(sqlite + "import os\nfrom flask_sqlalchemy import SQLAlchemy\nURL = os.environ.get('DATABASE_URL')\n@app.cli.command('initdb')\ndef f():\n    pass\n"), "", "", "slipway run -- flask --app a:app initdb"},
		{"another database, only made", flask(sqlite + "import os\nfrom flask_sqlalchemy import SQLAlchemy\nURL = os.environ.get('DATABASE_URL')\n@app.cli.command('initdb')\n@click.option('--drop')\ndef f(drop):\n    if drop:\n        db.drop_all()\n    db.create_all()\n"), "", "flask --app a:app initdb", ""},
		{"no database", flask("@app.cli.command('initdb')\ndef f():\n    pass\n"), "", "", ""},
		{"Flask-Migrate", flask(sqlite+migrate, "migrations/env.py", "", "migrations/alembic.ini", ""), "flask --app a:app db upgrade", "", ""},
		{"Flask-Migrate on a server", flask(migrate, "migrations/env.py", "", "migrations/alembic.ini", ""), "", "", ""},
		{"made by a direct run", flask(sqlite + "db = SQLAlchemy(app)\nif __name__ == '__main__':\n    with app.app_context():\n        db.create_all()\n    app.run(debug=True)\n"), "python -c 'from a import db, app; app.app_context().push(); db.create_all()'", "", ""},
		{"made by SQLAlchemy", files("requirements.txt", "", "a.py", "import sqlite3\nfrom fastapi import FastAPI\nfrom b import Base, engine\napp = FastAPI()\nif __name__ == '__main__':\n    Base.metadata.create_all(bind=engine)\n", "b.py", "URL = 'sqlite:///x.db'\n"), "python -c 'from a import Base, engine; Base.metadata.create_all(bind=engine)'", "", ""},
		{"made by peewee", flask("import sqlite3\nfrom peewee import SqliteDatabase\ndb = SqliteDatabase('x.db')\nclass Person: pass\nif __name__ == '__main__':\n    db.create_tables([Person])\n"), "python -c 'from a import db, Person, app; app.app_context().push(); db.create_tables([Person])'", "", ""},
		{"a function makes them", flask("import sqlite3\ndef init_db():\n    pass\nif __name__ == '__main__':\n    init_db()\n    app.run()\n"), "", "python -c 'from a import init_db, app; app.app_context().push(); init_db()'", ""},
		{"a text in its arguments", flask("import sqlite3\ndef f():\n    pass\nif __name__ == '__main__':\n    f.create_all(\"'; rm -rf /\")\n"), "", "", ""},
		{"a name from there", flask("import sqlite3\nif __name__ == '__main__':\n    from b import db\n    db.create_all()\n"), "", "", ""},
		{"made when it is loaded", flask(sqlite + "db = SQLAlchemy(app)\ndb.create_all()\n"), "", "", ""},
		{"Alembic", flask(sqlite, "alembic.ini", "", "alembic/env.py", ""), "alembic upgrade head", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Detect(test.files, Settings{})
			if err != nil {
				t.Fatal(err)
			}
			all := strings.Join(got.Warnings, "\n")
			if got.Release != test.release || got.Init != test.init || !strings.Contains(all, test.warning) {
				t.Errorf("release %q, init %q, warnings %q", got.Release, got.Init, got.Warnings)
			}
			told, err := Detect(test.files, Settings{Release: "true"})
			if err != nil || told.Release != "true" || told.Init != "" {
				t.Errorf("with a release command: %q, %q, %v", told.Release, told.Init, err)
			}
		})
	}
}

// TestInitWithoutCommand has an app whose tables a script makes, or nothing in the source.
func TestInitWithoutCommand(t *testing.T) {
	const models = "from flask_sqlalchemy import SQLAlchemy\nstore = SQLAlchemy()\nURL = 'sqlite:///shop.db'\n"
	const factory = "from flask import Flask\nfrom models import store\ndef create_app():\n    app = Flask(__name__)\n    store.init_app(app)\n    return app\n"
	const made = "python -c 'from app import create_app as made; from models import store as tables; made().app_context().push(); tables.create_all()'"
	for _, test := range []struct {
		name, init string
		fsys       fstest.MapFS
	}{
		{"a script", "python init_db.py", files("app.py", flaskApp+"import sqlite3\n", "init_db.py", "import sqlite3\nsqlite3.connect('a.db').executescript(open('schema.sql').read())\n")},
		{"a script that the app loads", "", files("app.py", flaskApp+"import sqlite3, init_db\n", "init_db.py", "")},
		{"a script that wants words", "", files("app.py", flaskApp+"import sqlite3\n", "init_db.py", "import sys\nprint(sys.argv[1])\n")},
		{"nothing", made, files("app.py", factory, "models.py", models, "tests/test_app.py", "from models import store\nstore.create_all()\n")},
		{"the app does it", "", files("app.py", factory+"def more(app):\n    store.create_all()\n", "models.py", models)},
		{"migrations", "", files("app.py", factory+"from flask_migrate import Migrate\n", "models.py", models)},
		{"another database", "", files("app.py", factory, "models.py", strings.Replace(models, "sqlite:///shop.db", "postgresql://db/shop", 1))},
	} {
		test.fsys["requirements.txt"] = &fstest.MapFile{Data: []byte("flask\n")}
		got, err := Detect(test.fsys, Settings{})
		if err != nil || got.Init != test.init {
			t.Errorf("%s: %q, %v", test.name, got.Init, err)
		}
	}
}

// TestInitOfOldFlask names the app in a variable.
func TestInitOfOldFlask(t *testing.T) {
	for requirement, want := range map[string]string{
		"Flask==2.1.3": "env FLASK_APP=shop:app flask init-db", "flask<2": "env FLASK_APP=shop:app flask init-db",
		"flask==2.2.0": "flask --app shop:app init-db", "flask>=1": "flask --app shop:app init-db",
	} {
		got, err := Detect(files("requirements.txt", requirement+"\n", "shop.py", flaskApp+"import sqlite3\n@app.cli.command('init-db')\ndef init():\n    sqlite3.connect('shop.db')\n"), Settings{})
		if err != nil || got.Init != want {
			t.Errorf("%s: %q, %v", requirement, got.Init, err)
		}
	}
}

// TestInitOfFactory quotes a target that has brackets.
func TestInitOfFactory(t *testing.T) {
	d := detection{found: Found{Target: "flaskr:create_app('prod')"}}
	if got := d.flask("init-db"); got != `flask --app 'flaskr:create_app("prod")' init-db` {
		t.Errorf("got %s", got)
	}
}
