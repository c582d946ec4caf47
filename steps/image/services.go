package image

import (
	"maps"
	"slices"
	"strconv"

	"slipway/providers"
	"slipway/steps/portable"
)

// service is a database beside the app in compose.yaml.
type service struct {
	// Kind is its name there: "postgres".
	Kind, Image string
	// Address is where the app reaches it.
	Address providers.Address
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
		Kind: "postgres", Image: "postgres:17",
		Address: providers.Address{Scheme: "postgresql", User: "app", Password: unquoted("POSTGRES_PASSWORD"), Host: "postgres", Port: "5432", Name: "app",
			Engine: "django.db.backends.postgresql"},
		Environment: []serviceVariable{fixed("POSTGRES_USER", "app"), fixed("POSTGRES_DB", "app"), password("POSTGRES_PASSWORD")},
		// Over TCP: while it makes its first database, it answers on its socket only.
		Folder: "/var/lib/postgresql/data", Check: `[CMD, pg_isready, --quiet, --host, 127.0.0.1, --username, app, --dbname, app]`,
	},
	"redis": {
		Kind: "redis", Image: "redis:8",
		Address:     providers.Address{Scheme: "redis", Password: unquoted("REDIS_PASSWORD"), Host: "redis", Port: "6379", Name: "0"},
		Environment: []serviceVariable{password("REDIS_PASSWORD")},
		// The image has no variable for a password, and as a word it would be in the list of
		// processes.
		Command: "[/bin/sh, -c, " + scalar(`printf 'requirepass %s\nappendonly yes\n' "$REDIS_PASSWORD" >/tmp/redis.conf; exec docker-entrypoint.sh redis-server /tmp/redis.conf`) + "]",
		Folder:  "/data", Check: "[CMD-SHELL, " + scalar(`REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG`) + "]",
	},
	"mariadb": {
		Kind: "mariadb", Image: "mariadb:11",
		Address: providers.Address{Scheme: "mysql", User: "app", Password: unquoted("MARIADB_PASSWORD"), Host: "mariadb", Port: "3306", Name: "app",
			Engine: "django.db.backends.mysql"},
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

// connections are the variables that lead the app to its services, sorted by name.
func (b *build) connections(services []service) []portable.Variable {
	at := map[string]providers.Address{}
	for _, s := range services {
		at[s.Kind] = s.Address
	}
	values := providers.Connections(at, b.plan.ServiceVariables())
	var all []portable.Variable
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, portable.Variable{Name: name, Value: strconv.Quote(values[name])})
	}
	return all
}
