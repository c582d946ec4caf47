package cause

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// variables are ways in which a variable is missing.
var variables = []form{
	{line: line(`Either '(SQLALCHEMY_DATABASE_URI)' or 'SQLALCHEMY_BINDS' must be set`), more: databaseURI},
	{line: line(`^KeyError: "Config '(\w+)' is missing`), more: variable},
	{line: line(`^KeyError: '([A-Z][A-Z0-9_]{2,})'$`), more: variable},
	{line: line(`Set the (\w+) environment variable`), more: variable},
	{line: line(`^(?:[\w.]*UndefinedValueError: )(\w+) not found`), more: variable},
	{line: line(`[Ee]nvironment variable:? ["'\x60]?([A-Z][A-Z0-9_]+)["'\x60]? (?:is )?(?:not set|missing|required|is required|must be set|not found|undefined)`), more: variable},
	{line: line(`["'\x60]?\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)["'\x60]? (?:environment variable|env var|is not set|must be set|is required|is missing|not set)`), more: variable},
	{line: line(`The (SECRET_KEY) setting must not be empty`), more: variable},
	{line: line(`validation errors? for \w*|Field required \[type=missing|field required \(type=value_error\.missing`), more: pydanticSettings},
}

// variable is one that the app reads and that is not given.
func variable(e evidence, at []string) (Remedy, bool) {
	return Remedy{Next: fmt.Sprintf("give the variable that %s reads: add --env %s=VALUE, or --env-file FILE", e.here("the app"), at[1]), Variable: at[1]}, true
}

func databaseURI(e evidence, at []string) (Remedy, bool) {
	return Remedy{Next: fmt.Sprintf("give the app its database: add --env DATABASE_URL=ADDRESS, and set %s from it in %s", at[1], e.here("the code")), Variable: "DATABASE_URL"}, true
}

var (
	fieldName = regexp.MustCompile(`^\s*([a-zA-Z]\w*)$`)
	fieldGone = regexp.MustCompile(`(?i)field required`)
)

// pydanticSettings are fields of a settings class that no variable sets.
func pydanticSettings(e evidence, _ []string) (Remedy, bool) {
	var names []string
	for i, text := range e.lines {
		if at := fieldName.FindStringSubmatch(text); at != nil && i+1 < len(e.lines) && fieldGone.MatchString(e.lines[i+1]) {
			if name := strings.ToUpper(at[1]); !strings.Contains(" "+strings.Join(names, " ")+" ", " "+name+" ") {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return Remedy{}, false
	}
	return Remedy{Next: fmt.Sprintf("give the variables that %s reads: add --env %s=VALUE", e.here("the settings class"), strings.Join(names, "=VALUE --env ")), Variable: names[0]}, true
}

// writing are ways in which the app writes where it can't.
var writing = []form{
	{line: line(`Read-only file system: ['"\x60]?([^'"\x60]+?)['"\x60]?$`), more: readOnly},
	{line: line(`^PermissionError: \[Errno 13\] Permission denied: ['"]?([^'"]+?)['"]?$`), more: readOnly},
	{line: line(`unable to open database file|attempt to write a readonly database`), more: sqlite},
}

// readOnly is a path that the app can't write to.
func readOnly(e evidence, at []string) (Remedy, bool) {
	written := path.Clean(inRelease.ReplaceAllString(at[1], ""))
	if !fs.ValidPath(written) || written == "." {
		return then(fmt.Sprintf("have %s write to the folder that os.environ[\"STATE_DIRECTORY\"] names, or a log to standard error: slipway logs shows it", e.here("the app")))
	}
	return keep(e.app.keeps(written))
}

func keep(what string) (Remedy, bool) {
	return Remedy{Next: fmt.Sprintf("keep it across releases: write data = [%q]", what) + " under [app] in slipway.toml", Keep: what}, true
}

var (
	sqliteFile = regexp.MustCompile(`["'/]((?:[\w-][\w.-]*/)*[\w-][\w.-]*\.(?:db|sqlite3?|db3))\b`)
	sourceLine = regexp.MustCompile(`^    \S`)
)

// sqlite is a database in a place that can't be written to. Its path is in none of the
// messages: it is looked for in the lines of code that were run, then in the file.
func sqlite(e evidence, _ []string) (Remedy, bool) {
	looked := [][]string{nil, e.app.read(e.File)}
	for _, text := range e.lines {
		if sourceLine.MatchString(text) {
			looked[0] = append(looked[0], text)
		}
	}
	for _, name := range []string{"settings.py", "config.py", "app.py", "database.py", "db.py", "models.py"} {
		looked = append(looked, e.app.read(name))
	}
	for _, lines := range looked {
		for _, text := range lines {
			if at := sqliteFile.FindStringSubmatch(text); at != nil {
				return keep(e.app.keeps(at[1]))
			}
		}
	}
	return then(fmt.Sprintf("keep the database's file that %s opens: write data = [\"FILE.db\"] under [app] in slipway.toml", e.here("the app")))
}

// databases are ways in which the database is not as the app wants it.
var databases = []form{
	{line: line(`no such table: |relation "[^"]+" does not exist|Table '[^']+' doesn't exist|UndefinedTable`), more: noTable},
	{line: line(`sqlalchemy\.dialects:postgres\b`), next: "SQLAlchemy wants postgresql:// at the beginning of the address, not postgres://: correct DATABASE_URL"},
	{line: line(`Connection refused|ConnectionRefusedError|Can't connect to (?:local )?(?:MySQL|MariaDB)|failed: No such file or directory|Is the server running`), more: refused},
	{line: line(`could not translate host name "([^"]+)"`), more: unknownHost},
	{line: line(`failed to resolve host '([^']+)'`), more: unknownHost},
	{line: line(`Unknown (?:MySQL|MariaDB)? ?server host '([^']+)'`), more: unknownHost},
	{line: line(`connecting to ([\w.-]+):\d+\. (?:Name or service not known|Temporary failure|No address)`), more: unknownHost},
	{line: line(`([\w.-]+):\d+: \[Errno -\d+\] (?:Name or service not known|Temporary failure|No address)`), more: unknownHost},
	{line: line(`password authentication failed for user|Access denied for user|NOAUTH Authentication required`), next: "the database does not take the user or the password: correct them in the variable that has its address, and add --env NAME=VALUE"},
}

// noTable is a database whose migrations were not run.
func noTable(e evidence, _ []string) (Remedy, bool) {
	var command string
	switch {
	case e.app.has("manage.py"), e.says(line(`django`)):
		command = "python manage.py migrate --noinput"
	case e.app.has("migrations/alembic.ini"):
		command = "flask db upgrade"
	case e.app.has("alembic.ini"):
		command = "alembic upgrade head"
	default:
		return then(`no migration made the table: write the command that makes it, release = "COMMAND"` + " under [app] in slipway.toml")
	}
	return then(fmt.Sprintf("the migrations were not run: write release = %q", command) + " under [app] in slipway.toml")
}

// stores are what listens on a port by habit, with a variable and the form of its
// value.
var stores = []struct{ port, words, name, value string }{
	{"5432", "(?i)postgres|psycopg", "PostgreSQL", "DATABASE_URL=postgresql://USER:PASSWORD@HOST/NAME"},
	{"3306", "(?i)mysql|mariadb", "MySQL", "DATABASE_URL=mysql://USER:PASSWORD@HOST/NAME"},
	{"6379", "(?i)redis", "Redis", "REDIS_URL=redis://HOST:6379/0"},
	{"27017", "(?i)mongo", "MongoDB", "MONGODB_URI=mongodb://HOST/NAME"},
	{"5672", "(?i)amqp|rabbit", "RabbitMQ", "CELERY_BROKER_URL=amqp://USER:PASSWORD@HOST"},
	{"9200", "(?i)elasticsearch|opensearch", "Elasticsearch", "ELASTICSEARCH_URL=http://HOST:9200"},
	{"11211", "(?i)memcache", "memcached", "MEMCACHED_URL=HOST:11211"},
}

// services are the values of --service for those of them that can run beside the app.
var services = map[string]string{"PostgreSQL": "postgres", "MySQL": "mariadb", "Redis": "redis"}

// store is what the app can't reach.
func (e evidence) store() (name, value string) {
	for _, s := range stores {
		if e.says(regexp.MustCompile(`\b`+s.port+`\b`)) || e.says(regexp.MustCompile(s.words)) {
			return s.name, s.value
		}
	}
	return "the service", "NAME=ADDRESS"
}

// refused is a database that is not beside the app.
func refused(e evidence, _ []string) (Remedy, bool) {
	name, value := e.store()
	variable, _, _ := strings.Cut(value, "=")
	beside := ""
	if kind := services[name]; kind != "" {
		beside = "--service " + kind + " puts one beside the app; or "
	}
	return Remedy{Next: fmt.Sprintf("there is no %s on the server where the app looks for it: %sgive the address of one that can be reached, --env %s, or the variable that %s reads", name, beside, value, e.here("the app")), Variable: variable}, true
}

// unknownHost is a name that only docker-compose, or another network, knows.
func unknownHost(e evidence, at []string) (Remedy, bool) {
	name, value := e.store()
	variable, _, _ := strings.Cut(value, "=")
	what := fmt.Sprintf("the server can't find the host %s", at[1])
	if !strings.Contains(at[1], ".") {
		what = fmt.Sprintf("%s is a name inside docker-compose", at[1])
	}
	return Remedy{Next: fmt.Sprintf("%s: give the address of a %s that can be reached, --env %s, or the variable that %s reads", what, strings.TrimPrefix(name, "the "), value, e.here("the app")), Variable: variable}, true
}
