package hardening

import "slipway/steps/shell"

var integrityTopic = Topic{Name: "integrity", Title: "detection of changed system files", Limit: 10 * shortLimit}

const (
	aideConfig = "/etc/aide/aide.conf"
	aideList   = "/var/lib/aide/aide.db"
	// aideKeep makes the list of today the one that tomorrow is compared with.
	aideKeep = "mv -f " + aideList + ".new " + aideList
)

var integritySettings = []Setting{
	{Topic: "integrity", What: "AIDE compares the system's programs and settings daily with a list of the day before",
		Why:   "it finds what an intruder changed",
		Rules: []string{"CIS 6.3.1", "CIS 6.3.2", "ANSSI R76", "Lynis FINT-4350", "Lynis FINT-4402"}, From: Strict, requires: []requirement{
			debianPackage{name: "aide"},
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
			generated{path: aideList, by: "install -d -m 700 /var/lib/aide; rm -f " + aideList + ".new; aide --config=" + aideConfig + " --init >/dev/null; " + aideKeep},
			unit{"aidecheck.timer", running}}},
	{Topic: "integrity", What: "debsums compares the files of Debian's packages weekly with the packages' checksums",
		Why:   "AIDE's list would not show a break-in before it was made",
		Rules: []string{"Lynis PKGS-7370"}, From: Strict, requires: []requirement{
			debianPackage{name: "debsums"}, option{"/etc/default/debsums", "CRON_CHECK", "weekly", "="}}},
	{Topic: "integrity", What: "chkrootkit looks for known rootkits daily",
		Why:   "AIDE's list would not show those that came before it was made; Debian 13's package would bring an assembler along",
		Rules: []string{"Lynis HRDN-7230"}, From: Strict, Systems: older, requires: []requirement{
			debianPackage{name: "chkrootkit"}, option{"/etc/chkrootkit/chkrootkit.conf", "RUN_DAILY", `"true"`, "="}}},
}

// aideRules leave out the files that every release of the app changes.
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
