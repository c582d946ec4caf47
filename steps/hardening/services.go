package hardening

import "slipway/steps/shell"

var servicesTopic = Topic{Name: "services", Title: "services in sandboxes, and what shuts attackers out", Limit: short}

// restart has systemd read a unit's settings and run it with them.
func restart(service string) string {
	return "systemctl daemon-reload\nsystemctl try-restart " + service
}

var services = []Setting{
	{Topic: "services", What: "nginx runs in a sandbox: it reads the system, writes its logs and sees no other's files", Why: "who takes nginx over has nginx only",
		Rules: []string{"ANSSI R63", "Lynis BOOT-5264", "systemd-analyze security"}, From: Standard, wants: []want{
			file{File: shell.File{Path: "/etc/systemd/system/nginx.service.d/slipway.conf", Mode: "644", Content: nginxSandbox}, after: restart("nginx.service")}}},
	{Topic: "services", What: "an address that fails to log in often is shut out for ten minutes", Why: "guessing takes many tries",
		Rules: []string{"ANSSI R67", "Lynis DEB-0880"}, From: Strict, wants: []want{
			debian{name: "fail2ban"}, debian{name: "python3-systemd"},
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
