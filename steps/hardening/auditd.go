package hardening

import (
	"strings"

	"slipway/steps/shell"
)

var auditTopic = Topic{Name: "audit", Title: "the kernel's record of changes to the system", Limit: shortLimit}

// notInContainer has systemd skip a unit that needs a kernel of its own, so that
// the unit does not fail.
func notInContainer(unit string) requirement {
	return file{File: shell.File{Path: "/etc/systemd/system/" + unit + ".d/slipway.conf", Mode: "644",
		Content: "# Written by slipway.\n[Unit]\nConditionVirtualization=!container\n"}, after: "systemctl daemon-reload\nsystemctl --quiet reset-failed 'audit*.service'"}
}

var auditSettings = []Setting{
	{Topic: "audit", What: "auditd has rules for changes to users, logins, sudo, time, mounts, modules and its own records",
		Why:   "an investigation can then follow an intruder's steps",
		Rules: []string{"CIS 6.2", "ANSSI R73", "Lynis ACCT-9628", "Lynis ACCT-9630"}, From: Strict, requires: []requirement{
			debianPackage{name: "auditd"},
			notInContainer("auditd.service"), notInContainer("audit-rules.service"),
			file{File: shell.File{Path: "/etc/audit/rules.d/50-slipway.rules", Mode: "640", Content: auditRules()},
				after: "systemd-detect-virt -cq || augenrules --load"}}},
	{Topic: "audit", What: "auditd runs with these rules",
		Why:   "nobody finds what nothing recorded",
		Rules: []string{"CIS 6.2.1", "ANSSI R73", "Lynis ACCT-9628"}, From: Strict, OwnKernel: true, requires: []requirement{unit{"auditd.service", running}}},
}

// auditWatches are the files whose changes are recorded, by the key that finds the
// records.
var auditWatches = []struct {
	key, access string
	paths       []string
}{
	{"identity", "wa", []string{"/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/security/opasswd"}},
	{"scope", "wa", []string{"/etc/sudoers", "/etc/sudoers.d/"}},
	{"sudo", "wa", []string{"/var/log/sudo.log"}},
	{"sshd", "wa", []string{"/etc/ssh/"}},
	{"logins", "wa", []string{"/var/log/lastlog", "/var/run/faillock"}},
	{"session", "wa", []string{"/var/run/utmp", "/var/log/wtmp", "/var/log/btmp"}},
	{"network", "wa", []string{"/etc/issue", "/etc/issue.net", "/etc/hosts", "/etc/networks", "/etc/network/"}},
	{"mac", "wa", []string{"/etc/apparmor/", "/etc/apparmor.d/"}},
	{"units", "wa", []string{"/etc/systemd/", "/etc/cron.d/"}},
	{"time", "wa", []string{"/etc/localtime"}},
	{"audit", "wa", []string{"/etc/audit/"}},
	{"modules", "x", []string{"/sbin/insmod", "/sbin/modprobe", "/sbin/rmmod"}},
}

// loggedIn limits a rule to processes that a person who logged in started, so that
// it slows down no service and no app.
const loggedIn = " -F auid>=1000 -F auid!=unset"

// auditCalls are the system calls that are recorded, by key.
var auditCalls = []struct{ key, calls, filter string }{
	{"modules", "init_module,finit_module,delete_module", ""},
	{"network", "sethostname,setdomainname", ""},
	{"time", "adjtimex,settimeofday", ""},
	{"mounts", "mount,umount2", loggedIn},
	{"modes", "chmod,fchmod,fchmodat", loggedIn},
	{"modes", "chown,fchown,fchownat,lchown", loggedIn},
	{"modes", "setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr", loggedIn},
	{"delete", "unlink,unlinkat,rename,renameat,rmdir", loggedIn},
	{"access", "creat,open,openat,truncate,ftruncate", " -F exit=-EACCES" + loggedIn},
	{"access", "creat,open,openat,truncate,ftruncate", " -F exit=-EPERM" + loggedIn},
}

// auditRules are the rules of auditd, for the 32-bit and 64-bit programs that a
// 64-bit kernel runs.
func auditRules() string {
	var b strings.Builder
	b.WriteString("# Written by slipway. A rule about what this processor's kernel does not have is passed over.\n-i\n-b 8192\n")
	for _, w := range auditWatches {
		for _, path := range w.paths {
			b.WriteString("-w " + path + " -p " + w.access + " -k " + w.key + "\n")
		}
	}
	for _, c := range auditCalls {
		for _, arch := range []string{"b32", "b64"} {
			b.WriteString("-a always,exit -F arch=" + arch + " -S " + c.calls + c.filter + " -k " + c.key + "\n")
		}
	}
	b.WriteString("-a always,exit -F arch=b32 -S stime -k time\n")
	for _, arch := range []string{"b32", "b64"} {
		b.WriteString("-a always,exit -F arch=" + arch + " -S clock_settime -F a0=0x0 -k time\n")
	}
	for _, program := range []string{"/usr/bin/sudo", "/usr/bin/kmod"} {
		b.WriteString("-a always,exit -F path=" + program + " -F perm=x" + loggedIn + " -k root\n")
	}
	return b.String()
}
