package hardening

import "slipway/steps/shell"

// pamUpdate generates PAM's files anew from the profiles of packages and slipway.
const pamUpdate = "DEBIAN_FRONTEND=noninteractive pam-auth-update --package --enable slipway-faillock slipway-faillock-notify slipway-history"

// pamProfiles is the folder of those profiles, and pamRemove takes slipway's out of
// PAM's files, while they are there.
const (
	pamProfiles = "/usr/share/pam-configs/"
	pamRemove   = "DEBIAN_FRONTEND=noninteractive pam-auth-update --package --remove slipway-faillock slipway-faillock-notify slipway-history"
)

// passwordSettings are for accounts that somebody gives a password: slipway gives
// none.
var passwordSettings = []Setting{
	{Topic: "accounts", What: "a password expires after a year, and its hash is slow to compute",
		Why:   "a stolen password must not last, and a stolen hash must be slow to guess",
		Rules: []string{"CIS 5.4.1.1", "CIS 5.4.1.3", "CIS 5.4.1.5", "ANSSI R68", "Lynis AUTH-9286", "Lynis AUTH-9230"}, From: Strict, requires: []requirement{
			define("PASS_MAX_DAYS", "365"), define("PASS_MIN_DAYS", "1"), define("PASS_WARN_AGE", "7"),
			define("SHA_CRYPT_MIN_ROUNDS", "65536"), define("SHA_CRYPT_MAX_ROUNDS", "65536"), define("YESCRYPT_COST_FACTOR", "7"),
			option{"/etc/default/useradd", "INACTIVE", "30", "="}}},
	{Topic: "accounts", What: "new passwords are hashed with yescrypt",
		Why:   "stolen hashes are slow to guess",
		Rules: []string{"CIS 5.4.1.4", "ANSSI R68", "Lynis AUTH-9229"}, From: Strict, requires: []requirement{define("ENCRYPT_METHOD", "YESCRYPT")}},
	{Topic: "accounts", What: "a password has at least 15 characters, of all four kinds",
		Why:   "short ones can be guessed",
		Rules: []string{"CIS 5.3.3.2", "ANSSI R31", "Lynis AUTH-9262"}, From: Strict, requires: []requirement{
			debianPackage{name: "libpam-pwquality"},
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
	{Topic: "accounts", What: "five wrong passwords lock an account for 15 minutes, and the last 24 passwords can't be used again",
		Why:   "guessing needs many tries; logins with a key are not affected",
		Rules: []string{"CIS 5.3.3.1", "CIS 5.3.3.3", "ANSSI R31", "Lynis AUTH-9408"}, From: Strict, requires: []requirement{
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
}
