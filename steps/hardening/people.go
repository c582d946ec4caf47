package hardening

import "slipway/steps/shell"

// suGroup has nobody in it: whoever is to become root uses sudo.
const suGroup = "sugroup"

// people are settings of the topic accounts about those who log in.
var people = []Setting{
	{Topic: "accounts", What: "sudo takes no program from the current folder, and asks again after five minutes whoever has to give a password", Why: "a planted program must not run as root, nor whoever finds a forgotten terminal",
		Rules: []string{"CIS 5.2.5", "CIS 5.2.6", "ANSSI R39"}, From: Strict, wants: []want{
			line{drop: sudoDrop, text: "Defaults ignore_dot\nDefaults timestamp_timeout=5"}}},
	{Topic: "accounts", What: "nobody becomes another user by su but root", Why: "sudo keeps a record and needs no shared password",
		Rules: []string{"CIS 5.2.7", "ANSSI R39"}, From: Strict, wants: []want{
			file{File: shell.File{Path: "/etc/sysusers.d/slipway.conf", Mode: "644", Content: "# Written by slipway: nobody is in it.\ng " + suGroup + " -\n"},
				after: "systemd-sysusers /etc/sysusers.d/slipway.conf"},
			inserted{file: "/etc/pam.d/su", text: "auth required pam_wheel.so use_uid group=" + suGroup, above: "^@include common-auth"}}},
	{Topic: "accounts", What: "people's folders are closed to others", Why: "an app that was broken into finds no keys and notes there",
		Rules: []string{"CIS 7.2.9", "CIS 7.2.10", "ANSSI R50", "Lynis HOME-9304"}, From: Strict, wants: []want{homes{}}},
	{Topic: "accounts", What: "new files of interactive shells are closed to others", Why: "what nobody thought about is not everybody's",
		Rules: []string{"CIS 5.4.3.3", "ANSSI R36"}, From: Strict, wants: []want{option{"/etc/bash.bashrc", "umask", "027", " "}}},
	{Topic: "accounts", What: "new passwords are kept by yescrypt", Why: "a stolen list of them is slow to guess",
		Rules: []string{"CIS 5.4.1.4", "ANSSI R68", "Lynis AUTH-9229"}, From: Strict, wants: []want{define("ENCRYPT_METHOD", "YESCRYPT")}},
}
