package system

import (
	"slices"
	"strconv"
	"strings"

	"slipway/steps/shell"
)

// sshUnits are the units by which sshd runs: Ubuntu starts it by a socket unit with ports of
// its own, whatever its settings say.
var sshUnits = []string{"ssh.service", "ssh.socket"}

// sshPorts are the ports that the look found sshd at: by its settings, by its units, and
// where it really listens. A port that a login's own forwarding listens on is not one.
func sshPorts(looked string) []int {
	var addresses []string
	pid := 0
	for _, unit := range shell.ParseUnits(looked) {
		switch {
		case unit.Get("Id") == "ssh.service":
			pid = shell.Number(unit.Get("MainPID"))
		case unit.Get("Id") == "ssh.socket" && unit.Get("ActiveState") == "active":
			addresses = append(addresses, unit.ListenStreams()...)
		}
	}
	for _, line := range shell.SplitLines(looked) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == "port" {
			addresses = append(addresses, fields[1])
		}
	}
	ports := portsOf(addresses)
	for _, s := range shell.ParseSockets(looked) {
		if pid > 0 && s.Protocol == "tcp" && slices.Contains(s.PIDs, pid) {
			ports = append(ports, s.Port)
		}
	}
	return ports
}

// portsOf are the ports of addresses: "22", "0.0.0.0:22", "[::]:22". A path has none.
func portsOf(addresses []string) []int {
	var ports []int
	for _, address := range addresses {
		if n, err := strconv.Atoi(address[strings.LastIndexByte(address, ':')+1:]); err == nil {
			ports = append(ports, n)
		}
	}
	return ports
}
