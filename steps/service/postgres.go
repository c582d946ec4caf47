package service

import (
	_ "embed"
	"fmt"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

var (
	//go:embed start.sh
	startText string
	//go:embed postgresprepare.sh
	postgresPrepareText string
	//go:embed postgresfinish.sh
	postgresFinishText string
	//go:embed postgreslook.sh
	postgresLookText string
)

const (
	postgresConf = settingsFolder + "postgresql.conf"
	postgresHBA  = settingsFolder + "pg_hba.conf"
	// builder is the role of what runs before a release: it has databases of its own.
	builder = "slipway-build"
)

var postgresData = folder(app.Postgres) + "/data"

// postgres is PostgreSQL in the version that the data is of: a newer one that comes to the
// server is not started over it.
var postgres = database{
	name: app.Postgres, title: "PostgreSQL", user: "postgres", percent: 15,
	packages: []string{"postgresql"},
	lines: func(fact.View) []string {
		return []string{
			"Group=postgres", "RuntimeDirectoryMode=0755",
			"ExecStart=" + shell.UnitWords("/bin/sh", "-c",
				`exec "/usr/lib/postgresql/$(cat "$1/PG_VERSION")/bin/postgres" -D "$1" -c config_file="$2"`, "sh", postgresData, postgresConf),
			"KillSignal=SIGINT", "KillMode=mixed",
		}
	},
	files: func(v fact.View) []shell.File {
		user := layout.Of(v.Plan.Name).User
		return []shell.File{
			{Path: postgresConf, Mode: "644", Content: fmt.Sprintf(`# Written by slipway.
listen_addresses = ''
unix_socket_directories = '%s'
hba_file = '%s'
shared_buffers = %dMB
effective_cache_size = %dMB
maintenance_work_mem = %dMB
max_connections = %d
max_wal_size = 512MB
jit = off
timezone = 'Etc/UTC'
log_timezone = 'Etc/UTC'
`, runtime(app.Postgres), postgresHBA, megabytes(v, 7, 32), megabytes(v, 30, 128), megabytes(v, 4, 32), max(30, min(100, megabytes(v, 10, 40))))},
			// Whom a role is of says the kernel. Nothing else gets in.
			{Path: postgresHBA, Mode: "644", Content: fmt.Sprintf("# Written by slipway.\nlocal all postgres peer\nlocal %q %q peer\nlocal all %q peer\n", user, user, builder)},
		}
	},
	look: func(p plan.Plan) string {
		return shell.Script(postgresLookText, shell.Values{"data": postgresData, "socket": runtime(app.Postgres), "role": layout.Of(p.Name).User})
	},
	prepare: func(plan.Plan) string { return shell.Script(postgresPrepareText, shell.Values{"data": postgresData}) },
	finish: func(p plan.Plan) string {
		return shell.Script(postgresFinishText, shell.Values{"data": postgresData, "socket": runtime(app.Postgres), "role": layout.Of(p.Name).User, "builder": builder})
	},
	upgrade: "install the packages of the older version again (they are named postgresql-VERSION); slipway db dump saves the data before a move to the newer one",
}
