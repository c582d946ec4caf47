package hardening

import (
	_ "embed" // the script
	"strings"

	"slipway/steps/guard"
	"slipway/steps/shell"
)

// SSHFile is the drop-in with sshd's settings.
const SSHFile = "/etc/ssh/sshd_config.d/00-slipway.conf"

//go:embed sameports.sh
var samePortsScript string

// SSHGuards is what a change that sshd is reloaded for could spoil.
var SSHGuards = guard.Part{Paths: []string{"/etc/ssh", sshUnitFolder}, Reload: []string{"ssh.service"}, Preconditions: []string{shell.Script(samePortsScript, nil)}}

var sshTopic = Topic{
	Name: "sshd", Title: "SSH by key only, not for root", Limit: shortLimit,
	Guards: SSHGuards,
	// The first value that sshd reads wins, so drop-ins must come first.
	prepare: shell.Lines(
		shell.SSHDFolder,
		`if ! grep -qi '^include /etc/ssh/sshd_config.d/' /etc/ssh/sshd_config; then`,
		shell.Keep("/etc/ssh/sshd_config"),
		`sed -i '1i Include /etc/ssh/sshd_config.d/*.conf' /etc/ssh/sshd_config`,
		`fi`),
	check: "sshd -t || { rm -f " + SSHFile + "; exit 1; }",
}

// sshDropIn has sshd's part of the list. Where a socket unit starts sshd there may
// be nothing to reload.
var sshDropIn = &dropIn{path: SSHFile, mode: "644", after: shell.Reload("ssh.service")}

// sshd is one of sshd's settings. It is in effect if sshd -T prints it.
func sshd(keyword, value string) requirement {
	return dropInLine{dropIn: sshDropIn, text: keyword + " " + value, effective: strings.ToLower(keyword) + " " + value}
}

// sshSetting is a row about one keyword.
func sshSetting(from Profile, keyword, value, why string, rules ...string) Setting {
	return Setting{Topic: sshTopic.Name, What: "sshd's " + keyword + " is " + value, Why: why, Rules: rules, From: from, requires: []requirement{sshd(keyword, value)}}
}

var sshSettings = []Setting{
	sshSetting(Minimal, "PermitRootLogin", "no", "every attacker knows that root exists", "CIS 5.1.20", "ANSSI R33"),
	sshSetting(Minimal, "PasswordAuthentication", "no", "passwords can be guessed"),
	sshSetting(Minimal, "KbdInteractiveAuthentication", "no", "it asks for a password too"),
	sshSetting(Minimal, "PermitEmptyPasswords", "no", "an empty password protects nothing", "CIS 5.1.19"),
	sshSetting(Minimal, "PubkeyAuthentication", "yes", "keys are the only way in"),
	sshSetting(Minimal, "MaxAuthTries", "3", "a client with the right key needs one try", "CIS 5.1.16", "Lynis SSH-7408"),
	sshSetting(Minimal, "LoginGraceTime", "30", "unfinished logins take places that others need", "CIS 5.1.13"),
	sshSetting(Minimal, "X11Forwarding", "no", "a server has no screen", "CIS 5.1.8", "Lynis SSH-7408"),
	sshSetting(Minimal, "AllowAgentForwarding", "no", "an intruder on the server could use the operator's keys", "CIS 5.1.8", "Lynis SSH-7408"),
	sshSetting(Standard, "PermitTunnel", "no", "no login needs a network interface of its own"),
	sshSetting(Standard, "GatewayPorts", "no", "other computers must not reach a port that a login forwards"),
	sshSetting(Standard, "PermitUserEnvironment", "no", "a user's variables can change what a program does", "CIS 5.1.21"),
	sshSetting(Standard, "HostbasedAuthentication", "no", "another server's word is not a key", "CIS 5.1.10"),
	sshSetting(Standard, "IgnoreRhosts", "yes", "a file that a user wrote could let other servers in", "CIS 5.1.11"),
	sshSetting(Standard, "GSSAPIAuthentication", "no", "there is no Kerberos server to ask", "CIS 5.1.9"),
	sshSetting(Standard, "UsePAM", "yes", "PAM gives logins a session, limits and a record", "CIS 5.1.22"),
	sshSetting(Standard, "MaxStartups", "10:30:60", "a flood of logins must not keep others out", "CIS 5.1.18"),
	sshSetting(Standard, "ClientAliveInterval", "300", "sshd has to notice that the other end of a session is gone", "CIS 5.1.7", "ANSSI R32"),
	sshSetting(Standard, "ClientAliveCountMax", "2", "a session without an answer then ends after ten minutes", "CIS 5.1.7", "Lynis SSH-7408"),
	sshSetting(Standard, "TCPKeepAlive", "no", "its answers can be forged; those to ClientAliveInterval can't", "Lynis SSH-7408"),
	sshSetting(Standard, "Compression", "no", "strangers reach its code, which has had holes", "Lynis SSH-7408"),
	sshSetting(Standard, "LogLevel", "VERBOSE", "the log then says which key logged in", "CIS 5.1.14", "Lynis SSH-7408"),
	sshSetting(Strict, "AllowTcpForwarding", "no", "a login must not lead into the server's network", "CIS 5.1.8", "Lynis SSH-7408"),
	sshSetting(Strict, "AllowStreamLocalForwarding", "no", "a login must not lead to the server's sockets", "CIS 5.1.8"),
	sshSetting(Strict, "MaxSessions", "2", "one login needs no more at a time", "CIS 5.1.17", "Lynis SSH-7408"),
	{Topic: "sshd", What: "only members of the group " + loginGroup + " log in: those who had a shell and a key when slipway last ran",
		Why:   "a key that a compromised app writes for itself then lets nobody in",
		Rules: []string{"CIS 5.1.4", "Lynis SSH-7440"}, From: Strict, requires: []requirement{sshGroup{}, sshd("AllowGroups", loginGroup)}},
	sshSetting(Strict, "Banner", "/etc/issue.net", "nobody can say that they were not warned", "CIS 5.1.5", "Lynis BANN-7130"),
}
