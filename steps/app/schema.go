package app

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// schema decides what makes and changes the tables of the app's database. Where that is
// an SQLite file, which belongs to this app alone, a release runs the migrations itself;
// for any other database that is for its owner to decide.
func (d *detection) schema() error {
	if d.found.Release != "" {
		return nil
	}
	defer func() { d.found.ReleaseAgain = d.found.Release != "" }()
	if d.found.Framework == Django || d.runsDjango() {
		d.migrations(d.served)
		return nil
	}
	if d.entry == nil || !d.usesSQLite() {
		return nil
	}
	d.alembic()
	if d.found.Release == "" && d.found.Framework == Flask {
		for _, find := range []func() bool{d.initCommand, d.initScript, d.createAll} {
			if find() {
				break
			}
		}
	}
	d.guardedTables()
	return nil
}

// migrations lets a release run Django's migrations on an SQLite database. For another
// one it says how.
func (d *detection) migrations(p *project) {
	m, b, _ := p.setting("DATABASES")
	if p.script == nil || m == nil || !d.hasMigrations(p) {
		return
	}
	command := "python " + shellWord(p.script.path) + " migrate --noinput"
	if p.onSQLite() {
		d.found.Release = command
		d.found.because("release command", command, fmt.Sprintf("the database in %s line %d is an SQLite file", m.path, b.line))
		return
	}
	d.djangoMigrates = command
	d.found.warn(fmt.Sprintf("Django's migrations are not run: to have each new release run them before it takes over, set release = %q under [app] in %s",
		command, SettingsFile))
}

// onSQLite tells whether a database of the settings may be an SQLite file: by the value of
// DATABASES, or by that of a name in it.
func (p *project) onSQLite() bool {
	_, bound := p.bindings("DATABASES")
	return p.mentionsAny("DATABASES", isSQLite) || slices.ContainsFunc(bound, func(b binding) bool {
		return slices.ContainsFunc(b.value, func(t token) bool { return t.kind == tokenName && p.mentionsAny(t.text, isSQLite) })
	})
}

// isSQLite tells the URL of an SQLite database, and Django's name for such databases.
func isSQLite(text string) bool {
	return strings.HasPrefix(text, "sqlite:") || strings.HasPrefix(text, "sqlite+") || text == "django.db.backends.sqlite3" || text == "sqlite3"
}

func (d *detection) hasMigrations(p *project) bool {
	if slices.ContainsFunc([]string{"django.contrib.auth", "django.contrib.admin", "django.contrib.sessions", "django.contrib.contenttypes"}, p.mentions) {
		return true
	}
	return slices.ContainsFunc(d.src.paths, func(file string) bool {
		return path.Base(path.Dir(file)) == "migrations" && path.Base(file) != "__init__.py"
	})
}

// usesSQLite tells whether a module that is loaded imports sqlite3 or has the URL of an
// SQLite database, or a variable of the deployment has one.
func (d *detection) usesSQLite() bool {
	for _, value := range d.settings.Variables {
		if isSQLite(value) && strings.Contains(value, ":") {
			return true
		}
	}
	for _, m := range d.loaded() {
		if m.parsed().sqlite || m.uses("sqlite3") || m.uses("aiosqlite") {
			return true
		}
	}
	return false
}

// noteSQLite finds the URL of an SQLite database.
func (m *parsedFile) noteSQLite(s statement) {
	m.sqlite = m.sqlite || hasString(s.tokens, func(text string) bool { return isSQLite(text) && strings.Contains(text, ":") })
}

// alembic lets a release run the migrations of Flask-Migrate or Alembic.
func (d *detection) alembic() {
	var command, source string
	switch {
	case d.found.Framework == Flask && d.has("migrations/env.py") && d.has("migrations/alembic.ini") && d.loadedImports("flask_migrate"):
		command, source = d.flask("db upgrade"), "migrations"
	case d.has("alembic.ini") && (d.has("alembic/env.py") || d.has("migrations/env.py")):
		command, source = "alembic upgrade head", "alembic.ini"
	default:
		return
	}
	d.found.Release = command
	d.found.because("release command", command, source+", and the database is an SQLite file")
}

func (d *detection) loadedImports(name string) bool {
	for _, m := range d.loaded() {
		if m.uses(name) {
			return true
		}
	}
	return false
}

// flask is the line that runs a command of the app's with Flask. Before 2.2 only a
// variable names the app.
func (d *detection) flask(command string) string {
	target := d.found.Target
	if strings.ContainsAny(target, "'\"()$` ") {
		target = "'" + strings.ReplaceAll(target, "'", `"`) + "'"
	}
	if d.found.below("flask", "2.2") {
		return "env FLASK_APP=" + target + " flask " + command
	}
	return "flask --app " + target + " " + command
}

// initNames are the usual names of the command that makes the tables of an empty database.
var initNames = []string{"init-db", "initdb", "init_db", "create-db", "createdb", "create_db", "create-tables", "create_tables", "db-init"}

// appCommand is a command that a module adds to Flask's command line.
type appCommand struct {
	name string
	line int
	// added is set if the app has the command only once it adds it.
	added bool
	// creates is set if it makes the tables that are missing, and drops none by itself.
	creates bool
}

// initCommand finds the command that makes the tables. It often drops them first, so it
// is run only for a database that does not exist yet, and never if it may drop those of
// another database than a file of the app's. It is false if there is none.
func (d *detection) initCommand() bool {
	for _, m := range sorted(d.loaded()) {
		for _, c := range m.parsed().commands {
			if !slices.Contains(initNames, c.name) || c.added && !d.addsCommands() {
				continue
			}
			line, source := d.flask(c.name), fmt.Sprintf("%s line %d", m.path, c.line)
			if !c.creates && d.readsDatabaseURL() {
				d.found.warn(fmt.Sprintf("%s has the command %s, which makes the tables; it is not run: once the app is deployed, type slipway run -- %s", source, c.name, line))
				return true
			}
			return d.first(line, source)
		}
	}
	return false
}

// first has the first release run a line, while there is no database.
func (d *detection) first(line, source string) bool {
	d.found.Init = line
	d.found.because("first of all", line+", once, while there is no database", source)
	return true
}

// bodyMentions tells whether a name stands in a statement that is always run.
func bodyMentions(body []statement, name string) bool {
	return slices.ContainsFunc(body, func(s statement) bool { return !s.block && s.mentions(name) })
}

func (d *detection) addsCommands() bool {
	for _, m := range d.loaded() {
		if m.parsed().addsCommands {
			return true
		}
	}
	return false
}

// serverDrivers are modules by which an app can reach a database that is no file.
var serverDrivers = []string{"sqlalchemy", "flask_sqlalchemy", "sqlmodel", "peewee", "playhouse", "psycopg", "psycopg2", "asyncpg", "pymysql", "MySQLdb", "mysql", "dataset"}

// readsDatabaseURL tells whether a variable can name another database than a file.
func (d *detection) readsDatabaseURL() bool {
	reads := false
	for _, m := range d.loaded() {
		reads = reads || m.parsed().databaseURL
	}
	return reads && slices.ContainsFunc(serverDrivers, d.loadedImports)
}

// noteDatabaseURL finds the reading of a variable such as DATABASE_URL.
func (m *parsedFile) noteDatabaseURL(s statement) {
	read, ok := environmentRead(s.tokens)
	name := strings.ToUpper(read.name)
	database := strings.Contains(name, "DATABASE") || strings.Contains(name, "DB") || strings.Contains(name, "SQL") || strings.Contains(name, "POSTGRES")
	m.databaseURL = m.databaseURL || ok && database
}

// noteCommand finds @click.command("init-db") and @app.cli.command("init-db") over a
// function; without a name the command has the function's. rest is what follows.
func (m *parsedFile) noteCommand(s statement, rest []statement) {
	m.addsCommands = m.addsCommands || s.mentions("add_command")
	if !s.tokens[0].is("@") {
		return
	}
	callee, args := dotted(s.tokens[1:])
	own := strings.HasSuffix(callee, ".cli.command")
	if !own && callee != "click.command" && callee != "command" {
		return
	}
	c := appCommand{line: s.line(), added: !own}
	if len(args) > 1 && args[0].is("(") && args[1].kind == tokenString {
		c.name = args[1].text
	}
	for _, next := range rest {
		if next.keyword() == "def" && len(next.tokens) > 1 {
			c.name = cmp.Or(c.name, strings.ReplaceAll(strings.TrimSuffix(next.tokens[1].text, "_command"), "_", "-"))
			c.creates = bodyMentions(next.body, "create_all") && !bodyMentions(next.body, "drop_all")
			m.commands = append(m.commands, c)
			return
		}
		if next.mentions("argument") { // it can't be run without one
			return
		}
	}
}
