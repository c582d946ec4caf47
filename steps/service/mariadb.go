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
	//go:embed mariadbprepare.sh
	mariaDBPrepareText string
	//go:embed mariadbfinish.sh
	mariaDBFinishText string
	//go:embed mariadblook.sh
	mariaDBLookText string
)

const mariaDBConf = settingsFolder + "mariadb.cnf"

// mariaDBVersion is shell text that prints the version that is installed: "11.8".
const mariaDBVersion = `mariadbd --version 2>/dev/null | sed -n 's/.*Ver \([0-9]*\.[0-9]*\)\..*/\1/p'`

// mariaDB is MariaDB. It is started only over data of its own major version.
var mariaDB = database{
	name: app.MariaDB, title: "MariaDB", user: "mysql", percent: 20, least: 160,
	packages: []string{"mariadb-server"}, others: "mariadb.service",
	lines: func(fact.View) []string {
		return []string{
			"Group=mysql", "RuntimeDirectoryMode=0755", "LimitNOFILE=32768", // as many tables as Debian's unit
			sameVersion(app.MariaDB, mariaDBVersion),
			"ExecStart=" + shell.UnitWords("/usr/sbin/mariadbd", "--defaults-file="+mariaDBConf),
		}
	},
	files: func(v fact.View) []shell.File {
		files := []shell.File{{Path: mariaDBConf, Mode: "644", Content: fmt.Sprintf(`# Written by slipway.
[mariadbd]
datadir = %s/data
socket = %s
pid-file = %s/mariadb.pid
%s
skip-name-resolve
character-set-server = utf8mb4
collation-server = utf8mb4_unicode_ci
innodb_buffer_pool_size = %dM
innodb_log_file_size = 48M
innodb_log_buffer_size = 8M
aria_pagecache_buffer_size = 8M
key_buffer_size = 4M
max_connections = %d
performance_schema = OFF
`, folder(app.MariaDB), socket(app.MariaDB), runtime(app.MariaDB), mariaDBPort(v.Plan), megabytes(v, 8, 40), connections(v))}}
		return append(files, guardFiles(app.MariaDB, v.Plan)...)
	},
	look: func(p plan.Plan) string {
		return shell.Lines(lookVersion(app.MariaDB, mariaDBVersion),
			shell.Script(mariaDBLookText, shell.Values{"socket": socket(app.MariaDB), "role": layout.Of(p.ServerName()).User, "builder": builder}), lookMariaDBPort(p))
	},
	prepare: func(plan.Plan) string {
		return shell.Lines(shell.Script(mariaDBPrepareText, shell.Values{"data": folder(app.MariaDB) + "/data"}), noteVersion(app.MariaDB, mariaDBVersion))
	},
	finish: func(p plan.Plan) string {
		return shell.Lines(shell.Script(mariaDBFinishText, shell.Values{"socket": socket(app.MariaDB), "role": layout.Of(p.ServerName()).User, "builder": builder}), makeMariaDBPort(p))
	},
	upgrade: "save the data with a backup; then have root write the new version into " + note(app.MariaDB) + ", start " + Unit(app.MariaDB) + " and run mariadb-upgrade --socket " + socket(app.MariaDB),
}

// mariaDBPort are the lines of its settings about a port.
func mariaDBPort(p plan.Plan) string {
	if _, ok := onPort(p, app.MariaDB); ok {
		return fmt.Sprintf("bind-address = %s\nport = %d", loopback, ports[app.MariaDB])
	}
	return "skip-networking"
}

// lookMariaDBPort is shell text that prints "secrets" if the variables with the password of
// the port are written.
func lookMariaDBPort(p plan.Plan) string {
	if SecretsFile(p) == "" {
		return ""
	}
	return shell.Script(mariaDBPortLookText, shell.Values{"password": mariaDBPassword, "names": passwordNames(p), "file": layout.ServiceVariables})
}

// makeMariaDBPort is shell text that makes the app's role at the port, and its password.
func makeMariaDBPort(p plan.Plan) string {
	if SecretsFile(p) == "" {
		return ""
	}
	return shell.Script(mariaDBPortText, shell.Values{
		"socket": socket(app.MariaDB), "role": layout.Of(p.ServerName()).User, "builder": builder,
		"password": mariaDBPassword, "names": passwordNames(p), "file": layout.ServiceVariables,
	})
}
