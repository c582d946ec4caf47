package hardening

import "slipway/steps/shell"

var loggingTopic = Topic{Name: "logging", Title: "logs and the clock", Limit: shortLimit}

var loggingSettings = []Setting{
	{Topic: "logging", What: "the journal survives reboots and keeps at most 200 MB and 90 days",
		Why:   "what happened must be found later, and logs must not fill the disk",
		Rules: []string{"CIS 6.1.1", "ANSSI R71", "Lynis LOGG-2130"}, From: Standard, requires: []requirement{
			file{File: shell.File{Path: "/etc/systemd/journald.conf.d/slipway.conf", Mode: "644", Content: `# Written by slipway.
[Journal]
Storage=persistent
Compress=yes
SystemMaxUse=200M
RuntimeMaxUse=50M
MaxRetentionSec=90day
ForwardToSyslog=no
`}, after: "systemctl restart systemd-journald.service && journalctl --flush"}}},
	{Topic: "logging", What: "the server sets its clock by the network",
		Why:   "logs and certificates need the right time",
		Rules: []string{"CIS 2.3", "ANSSI R71", "Lynis TIME-3104"}, From: Standard, OwnKernel: true, requires: []requirement{clock{}}},
	{Topic: "logging", What: "AppArmor confines the programs that have a profile",
		Why:   "a compromised program then does only what it was made for",
		Rules: []string{"CIS 1.3.1", "ANSSI R45", "Lynis MACF-6208"}, From: Standard, OwnKernel: true, requires: []requirement{
			debianPackage{name: "apparmor"}, unit{"apparmor.service", running}}},
	{Topic: "logging", What: "AppArmor's profiles and tools are installed",
		Why:   "they are ready where a kernel supports them",
		Rules: []string{"CIS 1.3.1.1", "ANSSI R45"}, From: Strict, requires: []requirement{debianPackage{name: "apparmor"}, debianPackage{name: "apparmor-utils"}}},
	{Topic: "logging", What: "rsyslog keeps a second copy of the logs as plain text, which other users can't read",
		Why:   "it can be read when the journal can't, and sent elsewhere",
		Rules: []string{"CIS 6.1.2", "CIS 6.1.3", "ANSSI R71", "ANSSI R72"}, From: Strict, requires: []requirement{
			debianPackage{name: "rsyslog"},
			file{File: shell.File{Path: "/etc/systemd/journald.conf.d/syslog-slipway.conf", Mode: "644", Content: "# Written by slipway.\n[Journal]\nForwardToSyslog=yes\n"},
				after: "systemctl restart systemd-journald.service && journalctl --flush"},
			unit{"rsyslog.service", running}}},
}
