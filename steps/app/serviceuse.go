package app

import (
	"slices"
	"strings"
)

// use is what a value in the source is used for: a part of a database's address. It is zero
// if that is not known.
type use struct {
	kind, part string
	// driver is set if it is given to a driver, which takes no address of SQLAlchemy's.
	driver bool
}

// settingUses are settings of frameworks and arguments of calls that are parts of an
// address, in capital letters.
var settingUses = map[string]string{
	"NAME": PartName, "DATABASE": PartName, "DBNAME": PartName, "DB": PartName,
	"USER": PartUser, "USERNAME": PartUser,
	"PASSWORD": PartPassword, "PASSWD": PartPassword,
	"HOST": PartHost, "SERVER": PartHost, "PORT": PartPort, "ENGINE": PartEngine,
	"DSN": PartURL, "URL": PartURL, "CONNINFO": PartURL, "LOCATION": PartURL,
}

// connectors are the calls that reach a database, by the last part of their names.
var connectors = map[string]string{
	"Redis": Redis, "StrictRedis": Redis, "ConnectionPool": Redis, "BlockingConnectionPool": Redis, "FlaskRedis": Redis, "RedisSettings": Redis,
	"from_url": Redis, "create_redis_pool": Redis, "FastAPILimiter": Redis,
	"PostgresqlDatabase": Postgres, "PooledPostgresqlDatabase": Postgres, "PostgresqlExtDatabase": Postgres, "AsyncConnectionPool": Postgres,
	"SimpleConnectionPool": Postgres, "ThreadedConnectionPool": Postgres, "create_pool": Postgres,
	"MySQLDatabase": MariaDB, "PooledMySQLDatabase": MariaDB,
	"create_engine": anySQL, "create_async_engine": anySQL, "URL.create": anySQL, "Database": anySQL, "dj_database_url.parse": anySQL,
	"dj_database_url.config": anySQL,
}

// libraries are those whose connect() reaches a database.
var libraries = map[string]string{
	"psycopg2": Postgres, "psycopg": Postgres, "asyncpg": Postgres, "aiopg": Postgres, "pg8000": Postgres,
	"pymysql": MariaDB, "MySQLdb": MariaDB, "aiomysql": MariaDB, "asyncmy": MariaDB, "mysql": MariaDB, "mariadb": MariaDB,
}

// connectorKind is the kind of database that a call reaches; "" if it reaches none.
func connectorKind(callee string) string {
	first, _, dotted := strings.Cut(callee, ".")
	last := callee[strings.LastIndexByte(callee, '.')+1:]
	switch {
	case connectors[callee] != "":
		return connectors[callee]
	case last == "connect" || last == "create_pool":
		if dotted {
			return libraries[first]
		}
		return ""
	}
	return connectors[last]
}

// useAt is what the expression that begins at a token is used for.
func useAt(tokens []token, i int) use {
	i = bareValue(tokens, i)
	if i < 1 {
		return use{}
	}
	before := tokens[i-1]
	switch {
	case before.is("(") || before.is(","):
		if kind := connectorKind(enclosing(tokens, i)); before.is("(") && kind != "" {
			return use{kind, PartURL, kind != anySQL}
		}
	case before.is(":") && i > 1 && tokens[i-2].kind == tokenString:
		return entryUse(tokens, i, tokens[i-2].text)
	case before.is("=") && i > 1 && tokens[i-2].is("]") && i > 2:
		return nameUse(tokens[i-3].text)
	case before.is("=") && i > 1:
		return argumentUse(tokens, i)
	}
	return use{}
}

// argumentUse is the use of a value behind "name =": a call's argument, or a name.
func argumentUse(tokens []token, i int) use {
	callee := enclosing(tokens, i)
	if kind := connectorKind(callee); kind != "" {
		return use{kind, settingUses[strings.ToUpper(tokens[i-2].text)], kind != anySQL}
	}
	switch name := tokens[i-2]; {
	case callee == "Celery" && name.is("broker"):
		return use{kind: Redis, part: PartBroker}
	case callee == "Celery" && name.is("backend"):
		return use{kind: Redis, part: PartResult}
	case name.kind == tokenName && len(tokens) > 1 && tokens[1].is(":"):
		return nameUse(tokens[0].text)
	case name.kind == tokenName:
		return nameUse(name.text)
	}
	return use{}
}

// nameUse is the use of a value that a name or a setting gets.
func nameUse(name string) use {
	switch name {
	case "broker_url":
		return use{kind: Redis, part: PartBroker}
	case "result_backend":
		return use{kind: Redis, part: PartResult}
	}
	if ofOther(name) {
		return use{}
	}
	kind, part := nameTells(name)
	return use{kind: kind, part: part}
}

// entryUse is the use of a value in a dictionary, by its key: of Django's DATABASES and
// CACHES, of arguments for a connection, of settings by their names.
func entryUse(tokens []token, i int, key string) use {
	open := opening(tokens, i)
	if open < 0 {
		return use{}
	}
	part := settingUses[strings.ToUpper(key)]
	inside, _ := bracketed(tokens[open:])
	for _, entry := range split(inside, ",") {
		if len(entry) < 3 || entry[0].kind != tokenString || !entry[1].is(":") {
			continue
		}
		switch entry[0].text {
		case "ENGINE":
			return use{kind: engineIn(entry[2:]), part: part}
		case "BACKEND":
			if kind := engineIn(entry[2:]); kind == Redis {
				return use{kind: Redis, part: part}
			}
			return use{}
		}
	}
	if part != "" && slices.ContainsFunc(tokens[:open], func(t token) bool { return t.is("DATABASES") }) {
		return use{kind: anySQL, part: part}
	}
	return nameUse(key)
}

// engineIn is the kind of database whose backend an expression names.
func engineIn(expr []token) string {
	kind := anySQL
	for _, t := range expr {
		if of := engineKind(t.text); t.kind == tokenString && of != "" {
			kind = of
		}
	}
	return kind
}

// wrappers are calls whose result is the value of their argument in another form.
var wrappers = []string{"int", "str", "quote", "quote_plus", "quote_via", "bool", "SecretStr", "strip", "make_url", "urlparse", "cast"}

// bareValue is where the value begins that is made of the one at i by calls such as int().
func bareValue(tokens []token, i int) int {
	for i > 1 && (tokens[i-1].is("(") || tokens[i-1].is("[")) {
		callee, at := calleeBefore(tokens, i-1)
		last := callee[strings.LastIndexByte(callee, '.')+1:]
		if callee != "" && !slices.Contains(wrappers, last) {
			return i
		}
		i = at
	}
	return i
}

// calleeBefore is the dotted name before a bracket and where it begins; "" for a bracket
// that no name stands before.
func calleeBefore(tokens []token, bracket int) (callee string, at int) {
	at = bracket
	for at > 0 && tokens[at-1].kind == tokenName && (at == bracket || tokens[at].is(".")) || at > 1 && tokens[at-1].is(".") && at != bracket {
		at--
	}
	callee, _ = dotted(tokens[at:bracket])
	return callee, at
}

// opening is the bracket in which the token at i stands; -1 if it stands in none.
func opening(tokens []token, i int) int {
	depth := 0
	for j := i - 1; j >= 0; j-- {
		if depth += nesting(tokens[j]); depth > 0 {
			return j
		}
	}
	return -1
}

// enclosing is the name of the call in whose brackets the token at i stands.
func enclosing(tokens []token, i int) string {
	open := opening(tokens, i)
	if open < 0 || !tokens[open].is("(") {
		return ""
	}
	callee, _ := calleeBefore(tokens, open)
	return callee
}
