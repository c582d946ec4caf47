package hardening

import "slipway/steps/shell"

var integrityTopic = Topic{Name: "integrity", Title: "changes to the system's files are found", Limit: 10 * short}

const (
	aideConfig = "/etc/aide/aide.conf"
	aideList   = "/var/lib/aide/aide.db"
	// aideKeep makes what was found the list that the next day compares with.
	aideKeep = "mv -f " + aideList + ".new " + aideList
)

var integrity = []Setting{
	{Topic: "integrity", What: "the system's programs and settings are compared daily with a list of how they were", Why: "what an intruder changed is found",
		Rules: []string{"CIS 6.3.1", "CIS 6.3.2", "ANSSI R76", "Lynis FINT-4350", "Lynis FINT-4402"}, From: Strict, wants: []want{
			debian{name: "aide"},
			file{File: shell.File{Path: aideConfig, Mode: "600", Content: aideRules}},
			file{File: shell.File{Path: "/etc/systemd/system/aidecheck.service", Mode: "644", Content: `# Written by slipway.
[Unit]
Description=Compare the system's files with how they were a day ago

[Service]
Type=oneshot
Nice=19
IOSchedulingClass=idle
# Up to 7 tells of differences, which the journal then has.
SuccessExitStatus=1 2 3 4 5 6 7
ExecStartPre=/usr/bin/install -d -m 700 /var/lib/aide
ExecStart=/usr/bin/aide --config=` + aideConfig + ` --update
ExecStopPost=/bin/sh -c '[ ! -e ` + aideList + `.new ] || ` + aideKeep + `'
`}, after: "systemctl daemon-reload"},
			file{File: shell.File{Path: "/etc/systemd/system/aidecheck.timer", Mode: "644", Content: `# Written by slipway.
[Unit]
Description=Compare the system's files daily

[Timer]
OnCalendar=*-*-* 05:00:00
RandomizedDelaySec=1h
Persistent=yes

[Install]
WantedBy=timers.target
`}, after: "systemctl daemon-reload"},
			made{path: aideList, by: "install -d -m 700 /var/lib/aide; rm -f " + aideList + ".new; aide --config=" + aideConfig + " --init >/dev/null; " + aideKeep},
			unit{"aidecheck.timer", running}}},
	{Topic: "integrity", What: "the files of Debian's packages are compared weekly with their packages' sums", Why: "a list that was made after a break-in would not show it",
		Rules: []string{"Lynis PKGS-7370"}, From: Strict, wants: []want{
			debian{name: "debsums"}, option{"/etc/default/debsums", "CRON_CHECK", "weekly", "="}}},
	{Topic: "integrity", What: "known rootkits are looked for daily", Why: "a list that was made after a break-in would not show them; on Debian 13 it would bring an assembler along",
		Rules: []string{"Lynis HRDN-7230"}, From: Strict, On: older, wants: []want{
			debian{name: "chkrootkit"}, option{"/etc/chkrootkit/chkrootkit.conf", "RUN_DAILY", `"true"`, "="}}},
}

// aideRules leave out what changes with every release of the app.
const aideRules = `# Written by slipway.
database_in=file:` + aideList + `
database_out=file:` + aideList + `.new
gzip_dbout=yes
report_url=stdout

Checks = p+u+g+n+s+sha512

/boot Checks
/etc Checks
/usr/bin Checks
/usr/sbin Checks
/usr/lib Checks
/usr/local Checks
!/etc/slipway
!/etc/systemd/system/app-
!/usr/lib/python3.*/__pycache__
!/usr/lib/.*\.pyc$
`
