package image

import (
	"strconv"

	"slipway/steps/portable"
)

// service is a database beside the app in compose.yaml.
type service struct {
	// Kind is its name there: "postgres".
	Kind, Image string
	// Variable is the app's variable that has Address, the service's URL.
	Variable, Address string
	// Environment are the service's own variables.
	Environment []serviceVariable
	// Command is a list in the place of the image's command; "" for its own.
	Command string
	// Folder is where it keeps its data, Check a command that tells whether it answers, as
	// a list.
	Folder, Check string
}

// serviceVariable is a variable with its value in quotes.
type serviceVariable struct {
	portable.Variable
	// secret is the variable's name if its value is given when the file is used.
	secret string
}

func fixed(name, value string) serviceVariable {
	return serviceVariable{Variable: portable.Variable{Name: name, Value: strconv.Quote(value)}}
}

func password(name string) serviceVariable {
	return serviceVariable{Variable: portable.Variable{Name: name, Value: required(name)}, secret: name}
}

// knownServices are the databases that an app can ask for.
var knownServices = map[string]service{
	"postgres": {
		Kind: "postgres", Image: "postgres:17", Variable: "DATABASE_URL",
		Address:     "postgresql://app:${POSTGRES_PASSWORD:?write POSTGRES_PASSWORD=... in the file .env}@postgres:5432/app",
		Environment: []serviceVariable{fixed("POSTGRES_USER", "app"), fixed("POSTGRES_DB", "app"), password("POSTGRES_PASSWORD")},
		// Over TCP: while it makes its first database, it answers on its socket only.
		Folder: "/var/lib/postgresql/data", Check: `[CMD, pg_isready, --quiet, --host, 127.0.0.1, --username, app, --dbname, app]`,
	},
	"redis": {
		Kind: "redis", Image: "redis:8", Variable: "REDIS_URL",
		Address:     "redis://:${REDIS_PASSWORD:?write REDIS_PASSWORD=... in the file .env}@redis:6379/0",
		Environment: []serviceVariable{password("REDIS_PASSWORD")},
		// The image has no variable for a password, and as a word it would be in the list of
		// processes.
		Command: "[/bin/sh, -c, " + scalar(`printf 'requirepass %s\nappendonly yes\n' "$REDIS_PASSWORD" >/tmp/redis.conf; exec docker-entrypoint.sh redis-server /tmp/redis.conf`) + "]",
		Folder:  "/data", Check: "[CMD-SHELL, " + scalar(`REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG`) + "]",
	},
	"mariadb": {
		Kind: "mariadb", Image: "mariadb:11", Variable: "DATABASE_URL",
		Address:     "mysql://app:${MARIADB_PASSWORD:?write MARIADB_PASSWORD=... in the file .env}@mariadb:3306/app",
		Environment: []serviceVariable{fixed("MARIADB_USER", "app"), fixed("MARIADB_DATABASE", "app"), fixed("MARIADB_RANDOM_ROOT_PASSWORD", "1"), password("MARIADB_PASSWORD")},
		Folder:      "/var/lib/mysql", Check: "[CMD, healthcheck.sh, --connect, --innodb_initialized]",
	},
}

// services are those that the plan asks for.
func (b *build) services() []service {
	var all []service
	for _, kind := range b.plan.Services() {
		if s, known := knownServices[kind]; known {
			all = append(all, s)
		}
	}
	return all
}
