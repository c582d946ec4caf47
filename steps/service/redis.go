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

//go:embed redislook.sh
var redisLookText string

const redisConf = settingsFolder + "redis.conf"

// redisVersion is shell text that prints the version that is installed: "8".
const redisVersion = `redis-server --version 2>/dev/null | sed -n 's/.*v=\([0-9]*\)\..*/\1/p'`

// redis is Redis. Its process is in the app's group, so the app alone can reach its socket.
var redis = database{
	name: app.Redis, title: "Redis", user: "redis", percent: 10, least: 40,
	packages: []string{"redis-server"}, others: "redis-server.service",
	lines: func(v fact.View) []string {
		return []string{
			"Group=" + layout.Of(v.Plan.ServerName()).User, "RuntimeDirectoryMode=0750",
			sameVersion(app.Redis, redisVersion),
			"ExecStart=" + shell.UnitWords("/usr/bin/redis-server", redisConf),
		}
	},
	files: func(v fact.View) []shell.File {
		files := []shell.File{{Path: redisConf, Mode: "644", Content: fmt.Sprintf(`# Written by slipway.
%sunixsocket %s
unixsocketperm 770
dir %s
supervised systemd
daemonize no
logfile ""
appendonly yes
appendfsync everysec
save ""
maxmemory %dmb
maxmemory-policy noeviction
`, redisPort(v.Plan), socket(app.Redis), folder(app.Redis), megabytes(v, 10, 32))}}
		return append(files, guardFiles(app.Redis, v.Plan)...)
	},
	look: func(plan.Plan) string {
		return shell.Lines(lookVersion(app.Redis, redisVersion), shell.Script(redisLookText, shell.Values{"socket": socket(app.Redis)}))
	},
	prepare: func(plan.Plan) string { return noteVersion(app.Redis, redisVersion) },
	finish:  func(plan.Plan) string { return ":" },
	upgrade: "save the data with a backup; then have root write the new version into " + note(app.Redis) + " and start " + Unit(app.Redis),
}

// redisPort are the lines of its settings about a port.
func redisPort(p plan.Plan) string {
	if _, ok := onPort(p, app.Redis); ok {
		return fmt.Sprintf("bind %s\nport %d\n", loopback, ports[app.Redis])
	}
	return "port 0\n"
}
