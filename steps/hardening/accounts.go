package hardening

import (
	"slipway/steps/guard"
	"slipway/steps/shell"
)

var accountsTopic = Topic{
	Name: "accounts", Title: "passwords, sessions and permissions", Limit: shortLimit,
	Guards: guard.Part{Paths: []string{"/etc/pam.d", "/etc/security", "/etc/sudoers.d", "/etc/login.defs"}},
	check:  "[ ! -e " + sudoDropIn.path + " ] || visudo -cqf " + sudoDropIn.path + " || { rm -f " + sudoDropIn.path + "; exit 1; }",
}

const loginDefs = "/etc/login.defs"

// define is a setting of the programs that add users and change passwords.
func define(key, value string) requirement { return option{loginDefs, key, value, "\t"} }

var sudoDropIn = &dropIn{path: "/etc/sudoers.d/80-slipway-defaults", mode: "440"}

// noticeText is what everybody who connects to the server reads.
const noticeText = `This is a private system. Access is for authorized users only and is
monitored and recorded. Unauthorized access is prohibited and may be prosecuted
under the law. Leave now if you are not an authorized user.
`

// suGroup has no members: whoever needs to become root uses sudo.
const suGroup = "sugroup"

var accountSettings = []Setting{
	{Topic: "accounts", What: "sudo runs each command on its own terminal",
		Why:   "a command must not type into the terminal that started it",
		Rules: []string{"CIS 5.2.2", "ANSSI R39"}, From: Standard, requires: []requirement{dropInLine{dropIn: sudoDropIn, text: "Defaults use_pty"}}},
	{Topic: "accounts", What: "sudo keeps its own log",
		Why:   "it shows who became root, and for which command",
		Rules: []string{"CIS 5.2.3", "ANSSI R33"}, From: Strict, requires: []requirement{dropInLine{dropIn: sudoDropIn, text: `Defaults logfile="/var/log/sudo.log"`}}},
	{Topic: "accounts", What: "sudo ignores programs in the current folder, and asks for the password again after five minutes",
		Why:   "root must not run a planted program, and a forgotten terminal must not stay open",
		Rules: []string{"CIS 5.2.5", "CIS 5.2.6", "ANSSI R39"}, From: Strict, requires: []requirement{
			dropInLine{dropIn: sudoDropIn, text: "Defaults ignore_dot\nDefaults timestamp_timeout=5"}}},
	{Topic: "accounts", What: "only root becomes another user by su",
		Why:   "sudo keeps a record and needs no shared password",
		Rules: []string{"CIS 5.2.7", "ANSSI R39"}, From: Strict, requires: []requirement{
			file{File: shell.File{Path: "/etc/sysusers.d/slipway.conf", Mode: "644", Content: "# Written by slipway: nobody is in it.\ng " + suGroup + " -\n"},
				after: "systemd-sysusers /etc/sysusers.d/slipway.conf"},
			insertedLine{file: "/etc/pam.d/su", text: "auth required pam_wheel.so use_uid group=" + suGroup, above: "^@include common-auth"}}},
	{Topic: "accounts", What: "new files are closed to other users",
		Why:   "a file that nobody thought about must not be everybody's",
		Rules: []string{"CIS 5.4.3.3", "ANSSI R36", "Lynis AUTH-9328"}, From: Strict, requires: []requirement{
			define("UMASK", "027"), define("HOME_MODE", "0750"),
			file{File: shell.File{Path: "/etc/profile.d/slipway-umask.sh", Mode: "644", Content: "# Written by slipway.\numask 027\n"}}}},
	{Topic: "accounts", What: "new files of interactive shells are closed to other users",
		Why:   "bash reads this setting from a file of its own",
		Rules: []string{"CIS 5.4.3.3", "ANSSI R36"}, From: Strict, requires: []requirement{option{"/etc/bash.bashrc", "umask", "027", " "}}},
	{Topic: "accounts", What: "home folders are closed to other users",
		Why:   "a compromised app finds no keys and notes there",
		Rules: []string{"CIS 7.2.9", "CIS 7.2.10", "ANSSI R50", "Lynis HOME-9304"}, From: Strict, requires: []requirement{homes{}}},
	{Topic: "accounts", What: "each login has its own folder for temporary files",
		Why:   "an attacker can guess names in a folder that all share",
		Rules: []string{"ANSSI R55", "Lynis DEB-0280"}, From: Strict, requires: []requirement{debianPackage{name: "libpam-tmpdir"}}},
	{Topic: "accounts", What: "an idle shell ends after ten minutes",
		Why:   "an unattended terminal is a way in",
		Rules: []string{"CIS 5.4.3.2", "ANSSI R32"}, From: Strict, requires: []requirement{
			file{File: shell.File{Path: "/etc/profile.d/slipway-timeout.sh", Mode: "644", Content: "# Written by slipway: only bash knows it.\nif [ -n \"$BASH_VERSION\" ] && [ -z \"$TMOUT\" ]; then\n  declare -xr TMOUT=600\nfi\n"}}}},
	{Topic: "accounts", What: "only root has timed jobs, and only root reads them",
		Why:   "intruders use timed jobs to come back",
		Rules: []string{"CIS 2.4.1", "CIS 2.4.2", "Lynis FILE-7524"}, From: Strict, requires: []requirement{
			file{File: shell.File{Path: "/etc/cron.allow", Mode: "600", Content: "root\n"}},
			file{File: shell.File{Path: "/etc/at.allow", Mode: "600", Content: "root\n"}},
			mode{"/etc/crontab", "600"}, mode{"/etc/cron.hourly", "700"}, mode{"/etc/cron.daily", "700"},
			mode{"/etc/cron.weekly", "700"}, mode{"/etc/cron.monthly", "700"}, mode{"/etc/cron.d", "700"}, mode{"/etc/cron.yearly", "700"}}},
	{Topic: "accounts", What: "a notice before the login says that the system is private, and does not name its version",
		Why:   "nobody can say that they were not warned, and versions help attackers",
		Rules: []string{"CIS 1.6.1", "CIS 1.6.2", "CIS 1.6.3", "Lynis BANN-7126"}, From: Strict, requires: []requirement{
			file{File: shell.File{Path: "/etc/issue", Mode: "644", Content: noticeText}},
			file{File: shell.File{Path: "/etc/issue.net", Mode: "644", Content: noticeText}}}},
}
