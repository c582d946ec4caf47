package steps

// sandbox is what systemd takes away from every process of the app: its
// service, its tests, and pip while it installs the app's packages.
var sandbox = []string{
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

// once is the command line that runs words as the app's user in the sandbox,
// and ends with their exit status.
func once(l layout, properties []string, words ...string) []string {
	line := []string{"systemd-run", "--quiet", "--pipe", "--wait", "--collect"}
	for _, p := range append(append([]string{"User=" + l.user, "Group=" + l.user}, sandbox...), properties...) {
		line = append(line, "--property="+p)
	}
	return append(append(line, "--"), words...)
}
