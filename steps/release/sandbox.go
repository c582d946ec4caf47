package release

import (
	"slices"
	"strings"

	"slipway/steps/layout"
)

// Sandbox is what systemd takes away from every process of the app: its
// service, its tests, and pip while it installs the app's packages.
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

// once is the command line that runs words as the app's user in the sandbox,
// and ends with their exit status.
func once(l layout.Layout, properties []string, words ...string) []string {
	return InSandbox([]string{"--pipe"}, l, properties, words)
}

// InSandbox is once with more options of systemd-run's.
func InSandbox(options []string, l layout.Layout, properties []string, words []string) []string {
	line := append([]string{"systemd-run", "--quiet", "--wait", "--collect"}, options...)
	for _, p := range slices.Concat([]string{"User=" + l.User, "Group=" + l.User}, Sandbox, onceLines, properties) {
		line = append(line, "--property="+p)
	}
	line = append(line, "--")
	for _, w := range words {
		// systemd takes a dollar sign for the beginning of a variable's name.
		line = append(line, strings.ReplaceAll(w, "$", "$$"))
	}
	return line
}
