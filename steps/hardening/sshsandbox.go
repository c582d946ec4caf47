package hardening

import "slipway/steps/shell"

// sshUnitFolder has the drop-ins of sshd's unit.
const sshUnitFolder = "/etc/systemd/system/ssh.service.d"

var sshUnitSettings = []Setting{
	{Topic: "sshd", What: "an SSH login, even root's, can't mount, set the clock, load modules or trace programs; systemd-run still can",
		Why:   "an attacker who takes over a session or sshd does not reach the kernel",
		Rules: []string{"ANSSI R63", "Lynis BOOT-5264", "systemd-analyze security"}, From: Strict, requires: []requirement{
			file{File: shell.File{Path: sshUnitFolder + "/slipway.conf", Mode: "644", Content: sshSandbox}, after: restart("ssh.service")}}},
}

// sshSandbox also holds for every session, which must still be able to become root,
// install packages and ask systemd to do the rest. So nothing here forbids new
// privileges or hides files or devices, and only the control groups are read-only.
const sshSandbox = `# Written by slipway.
[Service]
DevicePolicy=closed
LockPersonality=yes
PrivateMounts=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
SystemCallArchitectures=native
SystemCallFilter=~@clock @cpu-emulation @debug @module @obsolete @raw-io @reboot @swap
SystemCallErrorNumber=EPERM
CapabilityBoundingSet=~CAP_SYS_ADMIN CAP_SYS_TIME CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_BOOT CAP_SYSLOG CAP_MAC_ADMIN CAP_MAC_OVERRIDE CAP_MKNOD CAP_LINUX_IMMUTABLE CAP_IPC_LOCK CAP_BLOCK_SUSPEND CAP_WAKE_ALARM CAP_LEASE CAP_SYS_PACCT CAP_SYS_TTY_CONFIG CAP_BPF
UMask=0077
`
