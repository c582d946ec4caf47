package app

import (
	"slices"
	"strings"
)

// anySQL stands for a database that the name of a variable does not tell: PostgreSQL or
// MariaDB.
const anySQL = "sql"

// kindWords are the words in a variable's name that tell the kind of a database.
var kindWords = map[string]string{
	"POSTGRES": Postgres, "POSTGRESQL": Postgres, "PG": Postgres, "PGSQL": Postgres, "PSQL": Postgres,
	"MYSQL": MariaDB, "MARIADB": MariaDB,
	"REDIS": Redis, "VALKEY": Redis,
	"DB": anySQL, "DATABASE": anySQL, "SQL": anySQL, "SQLALCHEMY": anySQL, "RDS": anySQL, "DATABASES": anySQL,
}

// otherWords are words in the names of variables that are about something else: another
// database, the tests', or one that only its author has.
var otherWords = []string{
	"MONGO", "MONGODB", "SQLITE", "NEO4J", "ELASTIC", "ELASTICSEARCH", "CLICKHOUSE", "MSSQL", "SQLSERVER", "ORACLE", "COUCHDB", "COUCH", "CASSANDRA",
	"INFLUX", "INFLUXDB", "DYNAMO", "DYNAMODB", "VECTOR", "CHROMA", "QDRANT", "DUCKDB", "BIGQUERY", "SNOWFLAKE", "REDSHIFT", "LDAP", "COSMOS", "FIREBASE",
	"SURREAL", "ARANGO", "TEST", "TESTS", "TESTING", "DEV", "DEVELOPMENT", "LOCAL", "SENTINEL", "CLUSTER", "ROOT", "ADMIN",
}

// partWords are the last words of a variable's name that tell the part of an address.
var partWords = map[string]string{
	"URL": PartURL, "URI": PartURL, "DSN": PartURL, "STRING": PartURL, "STR": PartURL, "CONNSTR": PartURL,
	"HOST": PartHost, "HOSTNAME": PartHost, "SERVER": PartHost, "ADDR": PartHost, "ADDRESS": PartHost, "IP": PartHost,
	"PORT": PartPort,
	"USER": PartUser, "USERNAME": PartUser, "USR": PartUser,
	"PASSWORD": PartPassword, "PASS": PartPassword, "PASSWD": PartPassword, "PWD": PartPassword, "PW": PartPassword,
	"NAME": PartName, "DBNAME": PartName, "DB": PartName, "DATABASE": PartName,
	"ENGINE": PartEngine, "BACKEND": PartEngine,
}

// joinedWords are the words with which others begin: DBHOST, PGUSER, REDISHOST.
var joinedWords = []string{"DATABASE", "POSTGRES", "MYSQL", "REDIS", "DB", "PG"}

// nameWords are the words of a variable's name: "DB" and "HOST" of both DB_HOST and DBHOST.
func nameWords(name string) []string {
	var words []string
	for word := range strings.SplitSeq(strings.ToUpper(name), "_") {
		if word == "" {
			continue
		}
		for _, first := range joinedWords {
			if rest, ok := strings.CutPrefix(word, first); ok && partWords[rest] != "" && word != "DBNAME" {
				words, word = append(words, first), rest
				break
			}
		}
		words = append(words, word)
	}
	return words
}

// nameTells is what a variable's name, or a setting's, tells of a database: its kind, anySQL or
// "", and the part of its address, which may be "" too.
func nameTells(name string) (kind, part string) {
	words := nameWords(name)
	if len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return slices.Contains(otherWords, w) }) {
		return "", ""
	}
	if part := celeryPart(words); part != "" {
		return Redis, part
	}
	for _, word := range words {
		if k := kindWords[word]; k != "" && (kind == "" || kind == anySQL) {
			kind = k
		}
	}
	if kind == "" {
		return "", ""
	}
	last := words[len(words)-1]
	part = partWords[last]
	switch {
	case len(words) == 1:
		return kind, "" // DATABASE, REDIS
	case part == PartName && kindWords[last] != "" && !slices.ContainsFunc(words[:len(words)-1], func(w string) bool { return kindWords[w] != "" }):
		return kind, "" // SHOP_DB
	case part == PartName && len(words) > 2 && (partWords[words[len(words)-2]] == PartUser || partWords[words[len(words)-2]] == PartHost):
		part = partWords[words[len(words)-2]] // DB_USER_NAME
	case last == "BACKEND" && kind == Redis:
		return kind, ""
	}
	return kind, part
}

// celeryPart tells the addresses that Celery takes; "" for other variables.
func celeryPart(words []string) string {
	has := func(word string) bool { return slices.Contains(words, word) }
	last := words[len(words)-1]
	address := partWords[last] == PartURL
	switch {
	case has("BROKER") && (address || last == "BROKER") && !has("MQTT"):
		return PartBroker
	case has("RESULT") && (has("BACKEND") || has("CELERY") && address), has("CELERY") && (last == "BACKEND" || has("BACKEND") && address):
		return PartResult
	}
	return ""
}
