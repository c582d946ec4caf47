package web

import (
	"slices"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

const (
	// logsFolder has nginx's logs of the app. Debian's own rotation, once a day
	// whatever the size, does not reach it.
	logsFolder = "/var/log/nginx/app"
	// RequestsLog has a JSON object a line for each request, errorsLog nginx's errors.
	RequestsLog = logsFolder + "/requests.log"
	errorsLog   = logsFolder + "/errors.log"
	// requestsFormat is nginx's name for the form of a line of RequestsLog.
	requestsFormat = "slipway"
	rotateTimer    = "slipway-logrotate.timer"
	nginxUnit      = "nginx.service"
)

// RequestLogs is the fact that nginx logs each request in a form that programs read, and that
// the logs are rotated before they fill the disk.
var RequestLogs = &fact.Fact{
	Name: "logs", Title: "a log of requests, rotated", Phase: providers.PhaseOther, Limit: time.Minute,
	Reads: func(plan.Plan) fact.Reads {
		return fact.Reads{Files: shell.Paths(requestLogFiles), Units: []string{rotateTimer}, Modes: []string{logsFolder}}
	},
	Look: func(plan.Plan) string { return "" },
	Decide: func(v fact.View) []providers.Change {
		looked := shell.SplitLines(v.Looked)
		changes := fact.ChangedFiles(v.Looked, "", requestLogFiles...)
		if !slices.Contains(looked, "directory 755 root:adm "+logsFolder) {
			changes = append(changes, providers.Change{What: "make the folder " + logsFolder})
		}
		if shell.UnitsByID(v.Looked)[rotateTimer].State() != shell.ActiveAtBoot {
			changes = append(changes, providers.Change{What: "rotate the log of requests", Why: "the log must not fill the disk"})
		}
		return changes
	},
	Script: func(fact.View) string {
		return shell.Lines(
			shell.Command("install", "-d", "-m", "755", "-o", "root", "-g", "adm", logsFolder),
			shell.PutAll(requestLogFiles),
			shell.ReloadUnits(rotateTimer, "slipway-logrotate.service"),
			shell.EnableOwn(rotateTimer),
			`systemctl restart `+rotateTimer,
			removeDefaultPage, // it may answer all names beside the app's site, which nginx refuses
			// nginx reads a format that changed; before it first runs there is nothing to read.
			`! systemctl is-active --quiet nginx.service || { nginx -q -t && systemctl reload nginx.service; }`,
		)
	},
}

// requestLogFiles are the same for every app.
var requestLogFiles = []shell.File{requestsFormatFile, rotationFile, rotationService, rotationTimer}

// requestsFormatFile is the form of the log. It leaves out what follows "?" in an
// address, because secrets are often there.
var requestsFormatFile = shell.File{Path: "/etc/nginx/conf.d/slipway-requests.conf", Mode: "644", Content: `# Written by slipway.
map $status $slipway_status {
	default $status;
	~^0 0;
}

# Which limit of slipway.toml ended the request, before the app had answered.
map "$status $upstream_header_time" $slipway_limit {
	default "";
	"413 " upload;
	"504 -" request;
}

log_format ` + requestsFormat + ` escape=json '{"time":"$time_iso8601","id":"$request_id","client":"$remote_addr",'
	'"method":"$request_method","host":"$host","path":"$uri","protocol":"$server_protocol","status":$slipway_status,'
	'"bytes":$body_bytes_sent,"seconds":$request_time,"app_seconds":"$upstream_response_time","limit":"$slipway_limit","agent":"$http_user_agent"}';
`}

// rotationFile keeps logs of two weeks at most, and of about 100 MB.
var rotationFile = shell.File{Path: "/etc/slipway/logrotate.conf", Mode: "644", Content: `# Written by slipway.
` + logsFolder + `/*.log {
	daily
	maxsize 10M
	rotate 14
	maxage 14
	compress
	delaycompress
	missingok
	notifempty
	create 0640 www-data adm
	sharedscripts
	postrotate
		[ ! -f /run/nginx.pid ] || kill -USR1 "$(cat /run/nginx.pid)"
	endscript
}
`}

var rotationService = shell.File{Path: "/etc/systemd/system/slipway-logrotate.service", Mode: "644", Content: `# Written by slipway.
[Unit]
Description=rotate the log of the app's requests

[Service]
Type=oneshot
ExecStart=/usr/sbin/logrotate --state /var/lib/slipway/logrotate.status /etc/slipway/logrotate.conf
StateDirectory=slipway
StateDirectoryMode=0711
Nice=19
IOSchedulingClass=idle
NoNewPrivileges=yes
CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_KILL
ProtectSystem=strict
ReadWritePaths=-` + logsFolder + `
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateNetwork=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=yes
LockPersonality=yes
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
`}

var rotationTimer = shell.File{Path: "/etc/systemd/system/slipway-logrotate.timer", Mode: "644", Content: `# Written by slipway.
[Unit]
Description=rotate the log of the app's requests when it has grown

[Timer]
OnCalendar=*:0/5
AccuracySec=1min

[Install]
WantedBy=timers.target
`}
