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
	{Topic: "logging", What: "the kernel records changes to users, logins, sudo, time, mounts, modules and to the records themselves", Why: "an intruder's steps can be told afterwards",
		Rules: []string{"CIS 6.2", "ANSSI R73", "Lynis ACCT-9628", "Lynis ACCT-9630"}, From: Strict, OwnKernel: true, wants: []want{
			debian{name: "auditd"},
			file{File: shell.File{Path: "/etc/audit/rules.d/50-slipway.rules", Mode: "640", Content: auditRules}, after: "augenrules --load"},
			unit{"auditd.service", running}}},
	{Topic: "logging", What: "AppArmor confines the programs that have a profile", Why: "it holds them to what they were made for",
		Rules: []string{"CIS 1.3.1", "ANSSI R45", "Lynis MACF-6208"}, From: Standard, OwnKernel: true, wants: []want{
			debian{name: "apparmor"}, unit{"apparmor.service", running}}},
}

const auditRules = `# Written by slipway.
-b 8192
-w /etc/passwd -p wa -k identity
-w /etc/group -p wa -k identity
-w /etc/shadow -p wa -k identity
-w /etc/gshadow -p wa -k identity
-w /etc/security/opasswd -p wa -k identity
-w /etc/sudoers -p wa -k scope
-w /etc/sudoers.d -p wa -k scope
-w /var/log/sudo.log -p wa -k sudo
-w /etc/ssh -p wa -k sshd
-w /etc/apparmor -p wa -k mac
-w /etc/apparmor.d -p wa -k mac
-w /etc/hosts -p wa -k system-locale
-w /etc/hostname -p wa -k system-locale
-w /etc/network -p wa -k system-locale
-w /var/log/wtmp -p wa -k session
-w /var/run/utmp -p wa -k session
-w /var/log/btmp -p wa -k session
-w /var/log/lastlog -p wa -k logins
-w /var/run/faillock -p wa -k logins
-w /etc/systemd -p wa -k units
-w /etc/cron.d -p wa -k cron
-w /etc/localtime -p wa -k time-change
-a always,exit -F arch=b64 -S adjtimex,settimeofday,clock_settime -k time-change
-a always,exit -F arch=b64 -S sethostname,setdomainname -k system-locale
-a always,exit -F arch=b64 -S init_module,finit_module,delete_module -k kernel_modules
-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -k mounts
-a always,exit -F arch=b64 -S chmod,fchmod,fchmodat,chown,fchown,fchownat,lchown,setxattr,lsetxattr,fsetxattr -F auid>=1000 -F auid!=unset -k perm_mod
-a always,exit -F arch=b64 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset -k delete
-a always,exit -F arch=b64 -S open,openat,creat,truncate,ftruncate -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access
-a always,exit -F arch=b64 -S open,openat,creat,truncate,ftruncate -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access
-a always,exit -F arch=b64 -C euid!=uid -F auid!=unset -S execve -k user_emulation
`
