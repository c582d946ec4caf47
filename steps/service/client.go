package service

import "slipway/steps/app"

// Client are the words that open the database with its own client, as the role that the
// app has. more are words for the client. They run as the app's user on the server.
func (i Instance) Client(more ...string) []string {
	var words []string
	switch i.Kind {
	case app.Postgres:
		words = []string{"env", "PSQL_HISTORY=/dev/null", "psql", "--host=" + i.Socket, "--username=" + i.Role, "--dbname=" + i.Database}
	case app.MariaDB:
		words = []string{"env", "MYSQL_HISTFILE=/dev/null", "mariadb", "--socket=" + i.Socket, "--user=" + i.Role, "--database=" + i.Database}
	case app.Redis:
		// Debian 13 has both, and either speaks with the other's server.
		words = []string{"env", "REDISCLI_HISTFILE=/dev/null", "/bin/sh", "-c", `exec "$(command -v redis-cli || command -v valkey-cli)" "$@"`, "sh", "-s", i.Socket}
	}
	return append(words, more...)
}
