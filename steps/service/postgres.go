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
	name: app.Postgres, title: "PostgreSQL", user: "postgres", percent: 15, least: 80,
	packages: []string{"postgresql"},
	lines: func(v fact.View) []string {
		return []string{
			"Group=postgres", "RuntimeDirectoryMode=0755",
			"ExecStart=" + shell.UnitWords("/bin/sh", "-c",
				`exec "/usr/lib/postgresql/$(cat "$1/PG_VERSION")/bin/postgres" -D "$1" -c config_file="$2"`, "sh", postgresData, postgresConf),
			"KillSignal=SIGINT", "KillMode=mixed",
			// It gives its socket to the app's group, which needs no privilege.
			"SupplementaryGroups=" + layout.Of(v.Plan.ServerName()).User, "SystemCallFilter=@chown",
			// The kernel ends one of its processes before the one that they all come from.
			`Environment="PG_OOM_ADJUST_FILE=/proc/self/oom_score_adj" "PG_OOM_ADJUST_VALUE=0"`,
		}
	},
	files: func(v fact.View) []shell.File {
		user := layout.Of(v.Plan.ServerName()).User
		return []shell.File{
			{Path: postgresConf, Mode: "644", Content: fmt.Sprintf(`# Written by slipway.
listen_addresses = ''
unix_socket_directories = '%s'
unix_socket_group = '%s'
unix_socket_permissions = 0770
hba_file = '%s'
shared_buffers = %dMB
effective_cache_size = %dMB
maintenance_work_mem = %dMB
max_connections = %d
max_wal_size = 512MB
log_line_prefix = '%%q%%u@%%d '
jit = off
timezone = 'Etc/UTC'
log_timezone = 'Etc/UTC'
`, runtime(app.Postgres), user, postgresHBA, megabytes(v, 7, 32), megabytes(v, 30, 128), megabytes(v, 4, 32), connections(v))},
			// Whom a role is of says the kernel. Nothing else gets in. Where a role may go say the
			// databases: the app's data is restored as the app, beside its own database.
			{Path: postgresHBA, Mode: "644", Content: fmt.Sprintf("# Written by slipway.\nlocal all postgres peer\nlocal all %q peer\nlocal all %q peer\n", user, builder)},
		}
	},
	look: func(p plan.Plan) string {
		return shell.Script(postgresLookText, shell.Values{"data": postgresData, "socket": runtime(app.Postgres), "role": layout.Of(p.ServerName()).User})
	},
	prepare: func(plan.Plan) string { return shell.Script(postgresPrepareText, shell.Values{"data": postgresData}) },
	finish: func(p plan.Plan) string {
		return shell.Script(postgresFinishText, shell.Values{"data": postgresData, "socket": runtime(app.Postgres), "role": layout.Of(p.ServerName()).User, "builder": builder})
	},
	notes:   postgresNotes,
	upgrade: "install the packages of the older version again (they are named postgresql-VERSION); slipway db dump saves the data before a move to the newer one",
}

// postgresNotes tells of data that goes on with an older version than the system's.
func postgresNotes(v fact.View) []string {
	newest := shell.Fields(v.Looked)["newest"]
	_, data := dataVersions(v.Looked)
	if newest == "" || data == "" || newest == data {
		return nil
	}
	return []string{fmt.Sprintf("PostgreSQL %s goes on, for the data is of that version, and PostgreSQL %s is installed beside it. The older one may get no security updates any more: "+
		"\"slipway restore --as NEW\" puts the newest backup onto a new server, which begins with the system's version", data, newest)}
}
