package shell

// Sandbox are the lines of a unit, "Key=value", by which systemd confines what is not
// Slipway's own: every process of the app, what runs before it as the builder, and the
// databases beside it.
var Sandbox = []string{
	"NoNewPrivileges=yes",
	"CapabilityBoundingSet=",
	"AmbientCapabilities=",
	"ProtectSystem=strict",
	"ProtectHome=yes",
	"PrivateTmp=yes",
	"PrivateDevices=yes",
	"ProtectClock=yes",
	"ProtectControlGroups=yes",
	"ProtectHostname=yes",
	"ProtectKernelLogs=yes",
	"ProtectKernelModules=yes",
	"ProtectKernelTunables=yes",
	"ProtectProc=invisible",
	"ProcSubset=pid",
	"RemoveIPC=yes",
	"LockPersonality=yes",
	"RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
	"RestrictNamespaces=yes",
	"RestrictRealtime=yes",
	"RestrictSUIDSGID=yes",
	"SystemCallArchitectures=native",
	"SystemCallFilter=@system-service",
	"SystemCallFilter=~@privileged",
	"SystemCallErrorNumber=EPERM",
}
