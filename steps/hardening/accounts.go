package hardening

import (
	"slipway/steps/guard"
	"slipway/steps/shell"
)

var accountsTopic = Topic{
	Name: "accounts", Title: "passwords, sessions and who may do what", Limit: short,
	Guards: guard.Part{Paths: []string{"/etc/pam.d", "/etc/security", "/etc/sudoers.d", "/etc/login.defs"}},
	check:  "[ ! -e " + sudoDrop.path + " ] || visudo -cqf " + sudoDrop.path + " || { rm -f " + sudoDrop.path + "; exit 1; }",
}

const loginDefs = "/etc/login.defs"

func define(key, value string) want { return option{loginDefs, key, value, "\t"} }

// pamUpdate has PAM's files made anew from the profiles that packages and
// slipway leave in a folder.
const pamUpdate = "DEBIAN_FRONTEND=noninteractive pam-auth-update --package --enable slipway-faillock slipway-faillock-notify slipway-history"

var sudoDrop = &drop{path: "/etc/sudoers.d/80-slipway-defaults", mode: "440"}

// noticeText is what whoever comes to the server is told.
const noticeText = `This is a private system. Access is for authorized users only and is
monitored and recorded. Unauthorized access is prohibited and may be prosecuted
under the law. Leave now if you are not an authorized user.
`

var accounts = []Setting{
	{Topic: "accounts", What: "sudo runs each command on a terminal of its own", Why: "a command must not type into the terminal that it was started from",
		Rules: []string{"CIS 5.2.2", "ANSSI R39"}, From: Standard, wants: []want{line{drop: sudoDrop, text: "Defaults use_pty"}}},
	{Topic: "accounts", What: "sudo keeps a log of its own", Why: "it shows who became root, and for what",
		Rules: []string{"CIS 5.2.3", "ANSSI R33"}, From: Strict, wants: []want{line{drop: sudoDrop, text: `Defaults logfile="/var/log/sudo.log"`}}},
	{Topic: "accounts", What: "new files are closed to others", Why: "what nobody thought about is not everybody's",
		Rules: []string{"CIS 5.4.3.3", "ANSSI R36", "Lynis AUTH-9328"}, From: Strict, wants: []want{
			define("UMASK", "027"), define("HOME_MODE", "0750"),
			file{File: shell.File{Path: "/etc/profile.d/slipway-umask.sh", Mode: "644", Content: "# Written by slipway.\numask 027\n"}}}},
	{Topic: "accounts", What: "each login has a folder of its own for temporary files", Why: "a guessed name in a folder of everybody's is an old trap",
		Rules: []string{"ANSSI R55", "Lynis DEB-0280"}, From: Strict, wants: []want{debian{name: "libpam-tmpdir"}}},
	{Topic: "accounts", What: "a shell that nobody types into ends after ten minutes", Why: "an unlocked desk is a way in",
		Rules: []string{"CIS 5.4.3.2", "ANSSI R32"}, From: Strict, wants: []want{
			file{File: shell.File{Path: "/etc/profile.d/slipway-timeout.sh", Mode: "644", Content: "# Written by slipway: only bash knows it.\nif [ -n \"$BASH_VERSION\" ] && [ -z \"$TMOUT\" ]; then\n  declare -xr TMOUT=600\nfi\n"}}}},
	{Topic: "accounts", What: "passwords, if anybody is given one, end after a year and are slow to guess", Why: "a stolen one must not last, nor a stolen file of them",
		Rules: []string{"CIS 5.4.1.1", "CIS 5.4.1.3", "CIS 5.4.1.5", "ANSSI R68", "Lynis AUTH-9286", "Lynis AUTH-9230"}, From: Strict, wants: []want{
			define("PASS_MAX_DAYS", "365"), define("PASS_MIN_DAYS", "1"), define("PASS_WARN_AGE", "7"),
			define("SHA_CRYPT_MIN_ROUNDS", "65536"), define("SHA_CRYPT_MAX_ROUNDS", "65536"), define("YESCRYPT_COST_FACTOR", "7"),
			option{"/etc/default/useradd", "INACTIVE", "30", "="}}},
	{Topic: "accounts", What: "passwords are long and of many kinds of characters", Why: "short ones are guessed",
		Rules: []string{"CIS 5.3.3.2", "ANSSI R31", "Lynis AUTH-9262"}, From: Strict, wants: []want{
			debian{name: "libpam-pwquality"},
			file{File: shell.File{Path: "/etc/security/pwquality.conf", Mode: "644", Content: `# Written by slipway.
minlen = 15
minclass = 4
dcredit = -1
ucredit = -1
lcredit = -1
ocredit = -1
difok = 2
maxrepeat = 3
maxsequence = 3
dictcheck = 1
enforcing = 1
enforce_for_root
`}}}},
	{Topic: "accounts", What: "a password that was tried wrongly five times is refused for a quarter of an hour, and old ones are not taken again", Why: "guessing takes many tries; keys are not touched by it",
		Rules: []string{"CIS 5.3.3.1", "CIS 5.3.3.3", "ANSSI R31", "Lynis AUTH-9408"}, From: Strict, wants: []want{
			file{File: shell.File{Path: "/etc/security/faillock.conf", Mode: "644", Content: "# Written by slipway.\naudit\nsilent\ndeny = 5\nfail_interval = 900\nunlock_time = 900\nroot_unlock_time = 60\neven_deny_root\n"}},
			file{File: shell.File{Path: "/usr/share/pam-configs/slipway-faillock", Mode: "644", Content: `Name: Refuse after wrong passwords (slipway)
Default: yes
Priority: 0
Auth-Type: Primary
Auth:
	[default=die]	pam_faillock.so authfail
`}, after: pamUpdate},
			file{File: shell.File{Path: "/usr/share/pam-configs/slipway-faillock-notify", Mode: "644", Content: `Name: Refuse after wrong passwords, before and after (slipway)
Default: yes
Priority: 1024
Auth-Type: Primary
Auth:
	requisite	pam_faillock.so preauth
Account-Type: Primary
Account:
	required	pam_faillock.so
`}, after: pamUpdate},
			file{File: shell.File{Path: "/usr/share/pam-configs/slipway-history", Mode: "644", Content: `Name: No old passwords (slipway)
Default: yes
Priority: 1023
Password-Type: Primary
Password:
	requisite	pam_pwhistory.so remember=24 enforce_for_root try_first_pass use_authtok
`}, after: pamUpdate}}},
	{Topic: "accounts", What: "only root has timed jobs, and only root reads them", Why: "they are where a break-in comes back from",
		Rules: []string{"CIS 2.4.1", "CIS 2.4.2", "Lynis FILE-7524"}, From: Strict, wants: []want{
			file{File: shell.File{Path: "/etc/cron.allow", Mode: "600", Content: "root\n"}},
			file{File: shell.File{Path: "/etc/at.allow", Mode: "600", Content: "root\n"}},
			mode{"/etc/crontab", "600"}, mode{"/etc/cron.hourly", "700"}, mode{"/etc/cron.daily", "700"},
			mode{"/etc/cron.weekly", "700"}, mode{"/etc/cron.monthly", "700"}, mode{"/etc/cron.d", "700"}, mode{"/etc/cron.yearly", "700"}}},
	{Topic: "accounts", What: "whoever comes is told that the system is private", Why: "nobody can say that they were not told, and the system's version is nobody's business",
		Rules: []string{"CIS 1.6.1", "CIS 1.6.2", "CIS 1.6.3", "Lynis BANN-7126"}, From: Strict, wants: []want{
			file{File: shell.File{Path: "/etc/issue", Mode: "644", Content: noticeText}},
			file{File: shell.File{Path: "/etc/issue.net", Mode: "644", Content: noticeText}}}},
}
