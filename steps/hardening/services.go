package hardening

import "slipway/steps/shell"

var servicesTopic = Topic{Name: "services", Title: "sandboxes for services, and a ban on attackers", Limit: shortLimit}

// restart has systemd read the settings of a unit again, and restarts the unit if
// it runs.
func restart(service string) string {
	return "systemctl daemon-reload\nsystemctl try-restart " + service
}

var serviceSettings = []Setting{
	{Topic: "services", What: "nginx runs in a sandbox: it reads the system, writes only its own logs and files, and sees no home folders",
		Why:   "an attacker who takes over nginx gets nothing else",
		Rules: []string{"ANSSI R63", "Lynis BOOT-5264", "systemd-analyze security"}, From: Standard, requires: []requirement{
			file{File: shell.File{Path: "/etc/systemd/system/nginx.service.d/slipway.conf", Mode: "644", Content: nginxSandbox}, after: restart("nginx.service")}}},
	{Topic: "services", What: "an address that fails to log in five times is blocked for ten minutes",
		Why:   "guessing needs many tries",
		Rules: []string{"ANSSI R67", "Lynis DEB-0880"}, From: Strict, requires: []requirement{
			debianPackage{name: "fail2ban"}, debianPackage{name: "python3-systemd"},
			file{File: shell.File{Path: "/etc/fail2ban/jail.d/slipway.local", Mode: "644", Content: `# Written by slipway.
[DEFAULT]
ignoreip = 127.0.0.0/8 ::1
backend = systemd
banaction = nftables-multiport
banaction_allports = nftables-allports
bantime = 10m
findtime = 10m
maxretry = 5

[sshd]
enabled = true
`}, after: "systemctl restart fail2ban.service"},
			unit{"fail2ban.service", running}}},
}

const nginxSandbox = `# Written by slipway.
[Service]
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=/run /var/log/nginx /var/lib/nginx -/var/cache/nginx
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RemoveIPC=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@resources
SystemCallErrorNumber=EPERM
CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_SETUID CAP_SETGID CAP_CHOWN CAP_DAC_OVERRIDE CAP_KILL
UMask=0027
`
