package hardening

import (
	"strings"

	"slipway/steps/guard"
	"slipway/steps/shell"
)

// SSHFile is where sshd's settings are.
const SSHFile = "/etc/ssh/sshd_config.d/00-slipway.conf"

// sshdFolder is where sshd wants to find a folder even to be asked its settings.
const sshdFolder = `mkdir -p /run/sshd`

// SSHGuards is what a change that sshd is reloaded for could spoil.
var SSHGuards = guard.Part{Paths: []string{"/etc/ssh", sshUnitFolder}, Reload: []string{"ssh.service"}, Preconditions: []string{sshdFolder + "\n" + samePorts}}

var sshTopic = Topic{
	Name: "sshd", Title: "SSH by key only, not for root", Limit: short,
	Guards: SSHGuards,
	// Asked for root, so that what others wrote into a Match block counts.
	effective: sshdFolder + "\nsshd -T -C user=root,host=localhost,addr=192.0.2.1,laddr=192.0.2.1,lport=22",
	// The first value that sshd reads wins, so drop-ins must come first.
	prepare: shell.Lines(
		sshdFolder,
		`if ! grep -qi '^include /etc/ssh/sshd_config.d/' /etc/ssh/sshd_config; then`,
		shell.Keep("/etc/ssh/sshd_config"),
		`sed -i '1i Include /etc/ssh/sshd_config.d/*.conf' /etc/ssh/sshd_config`,
		`fi`),
	check: "sshd -t || { rm -f " + SSHFile + "; exit 1; }",
}

// samePorts refuses to change anything if sshd would leave a port at which it
// listens once it reads its settings again: somebody changed them and did not
// finish. Where a socket unit listens for it the settings' ports do not count.
const samePorts = `pid=$(systemctl show --property=MainPID --value ssh.service)
if [ "${pid:-0}" != 0 ] && ! systemctl --quiet is-active ssh.socket; then
  for port in $(ss -Hltnp | sed -n "s/^LISTEN  *[0-9]*  *[0-9]*  *[^ ]*:\([0-9]*\) .*,pid=$pid,.*/\1/p" | sort -u); do
    sshd -T | grep -qx "port $port" && continue
    echo "sshd listens at port $port, and its settings do not say so any more: restart sshd, or mend them, so that both agree"
    exit 1
  done
fi`

// sshDrop is sshd's part of the list. Where a socket unit starts sshd there may
// be nothing to reload.
var sshDrop = &drop{path: SSHFile, mode: "644", after: shell.Reload("ssh.service")}

// sshd is one of its settings, as sshd -T prints it.
func sshd(keyword, value string) want {
	return line{drop: sshDrop, text: keyword + " " + value, effective: strings.ToLower(keyword) + " " + value}
}

// sshSetting is a row of one keyword.
func sshSetting(from Profile, keyword, value, why string, rules ...string) Setting {
	return Setting{Topic: sshTopic.Name, What: "sshd's " + keyword + " is " + value, Why: why, Rules: rules, From: from, wants: []want{sshd(keyword, value)}}
}

var ssh = []Setting{
	sshSetting(Minimal, "PermitRootLogin", "no", "every attacker knows that root exists", "CIS 5.1.20", "ANSSI R33"),
	sshSetting(Minimal, "PasswordAuthentication", "no", "passwords are guessed"),
	sshSetting(Minimal, "KbdInteractiveAuthentication", "no", "it asks for passwords by another name"),
	sshSetting(Minimal, "PermitEmptyPasswords", "no", "no password is no lock", "CIS 5.1.19"),
	sshSetting(Minimal, "PubkeyAuthentication", "yes", "keys are the only way in"),
	sshSetting(Minimal, "MaxAuthTries", "3", "a key that fits needs one", "CIS 5.1.16", "Lynis SSH-7408"),
	sshSetting(Minimal, "LoginGraceTime", "30", "unfinished logins hold places that others need", "CIS 5.1.13"),
	sshSetting(Minimal, "X11Forwarding", "no", "a server has no screen", "CIS 5.1.8", "Lynis SSH-7408"),
	sshSetting(Minimal, "AllowAgentForwarding", "no", "a broken-in server could use the operator's keys", "CIS 5.1.8", "Lynis SSH-7408"),
	sshSetting(Standard, "PermitTunnel", "no", "a login need not be a network card"),
	sshSetting(Standard, "GatewayPorts", "no", "what a login forwards is not for others"),
	sshSetting(Standard, "PermitUserEnvironment", "no", "a variable can change what a program does", "CIS 5.1.21"),
	sshSetting(Standard, "HostbasedAuthentication", "no", "another server's word is no key", "CIS 5.1.10"),
	sshSetting(Standard, "IgnoreRhosts", "yes", "nor is that of a file which a user wrote", "CIS 5.1.11"),
	sshSetting(Standard, "GSSAPIAuthentication", "no", "there is no such server to ask", "CIS 5.1.9"),
	sshSetting(Standard, "UsePAM", "yes", "logins have sessions, limits and a record", "CIS 5.1.22"),
	sshSetting(Standard, "MaxStartups", "10:30:60", "a flood of logins must not keep others out", "CIS 5.1.18"),
	sshSetting(Standard, "ClientAliveInterval", "300", "a session whose other end is gone is closed", "CIS 5.1.7", "ANSSI R32"),
	sshSetting(Standard, "ClientAliveCountMax", "2", "after ten minutes without an answer", "CIS 5.1.7", "Lynis SSH-7408"),
	sshSetting(Standard, "TCPKeepAlive", "no", "it can be forged, the answer that ClientAliveInterval asks for can't", "Lynis SSH-7408"),
	sshSetting(Standard, "Compression", "no", "it is code that strangers reach", "Lynis SSH-7408"),
	sshSetting(Standard, "LogLevel", "VERBOSE", "the log says which key logged in", "CIS 5.1.14", "Lynis SSH-7408"),
	sshSetting(Strict, "AllowTcpForwarding", "no", "a login must not be a way into the server's network", "CIS 5.1.8", "Lynis SSH-7408"),
	sshSetting(Strict, "AllowStreamLocalForwarding", "no", "nor to its sockets", "CIS 5.1.8"),
	sshSetting(Strict, "MaxSessions", "2", "one login needs no more at a time", "CIS 5.1.17", "Lynis SSH-7408"),
	{Topic: "sshd", What: "only who has a shell and a key when slipway runs may log in: the group " + loginGroup, Why: "a key that a broken-in app wrote for itself lets nobody in",
		Rules: []string{"CIS 5.1.4", "Lynis SSH-7440"}, From: Strict, wants: []want{logins{}, sshd("AllowGroups", loginGroup)}},
	sshSetting(Strict, "Banner", "/etc/issue.net", "nobody can say that they were not told", "CIS 5.1.5", "Lynis BANN-7130"),
}
