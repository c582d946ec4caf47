package hardening

import "slipway/steps/shell"

var loggingTopic = Topic{Name: "logging", Title: "logs that last, and the time in them", Limit: short}

var logging = []Setting{
	{Topic: "logging", What: "the journal is kept over reboots, 200 MB and 90 days at most", Why: "what happened must be found later, and logs must not fill the disk",
		Rules: []string{"CIS 6.1.1", "ANSSI R71", "Lynis LOGG-2130"}, From: Standard, wants: []want{
			file{File: shell.File{Path: "/etc/systemd/journald.conf.d/slipway.conf", Mode: "644", Content: `# Written by slipway.
[Journal]
Storage=persistent
Compress=yes
SystemMaxUse=200M
RuntimeMaxUse=50M
MaxRetentionSec=90day
ForwardToSyslog=no
`}, after: "systemctl restart systemd-journald.service && journalctl --flush"}}},
	{Topic: "logging", What: "the clock is set by the network", Why: "logs and certificates need the right time",
		Rules: []string{"CIS 2.3", "ANSSI R71", "Lynis TIME-3104"}, From: Standard, OwnKernel: true, wants: []want{clock{}}},
	{Topic: "logging", What: "AppArmor confines the programs that have a profile", Why: "it holds them to what they were made for",
		Rules: []string{"CIS 1.3.1", "ANSSI R45", "Lynis MACF-6208"}, From: Standard, OwnKernel: true, wants: []want{
			debian{name: "apparmor"}, unit{"apparmor.service", running}}},
	{Topic: "logging", What: "AppArmor's profiles and tools are installed", Why: "they are ready where a kernel can hold programs to them",
		Rules: []string{"CIS 1.3.1.1", "ANSSI R45"}, From: Strict, wants: []want{debian{name: "apparmor"}, debian{name: "apparmor-utils"}}},
	{Topic: "logging", What: "a second copy of the logs is kept as plain text, for root and its group only", Why: "it can be read when the journal can't, and sent elsewhere",
		Rules: []string{"CIS 6.1.2", "CIS 6.1.3", "ANSSI R71", "ANSSI R72"}, From: Strict, wants: []want{
			debian{name: "rsyslog"},
			file{File: shell.File{Path: "/etc/systemd/journald.conf.d/syslog-slipway.conf", Mode: "644", Content: "# Written by slipway.\n[Journal]\nForwardToSyslog=yes\n"},
				after: "systemctl restart systemd-journald.service && journalctl --flush"},
			unit{"rsyslog.service", running}}},
}
