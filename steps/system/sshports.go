package system

import (
	_ "embed"
	"strconv"
	"strings"

	"slipway/steps/shell"
)

//go:embed sshports.sh
var sshPortsText string

// lookSSHPorts prints what sshPorts reads.
var lookSSHPorts = shell.Script(sshPortsText, nil)

// sshPorts are the ports that the look found sshd at. A port that a login's own
// forwarding listens on is not one.
func sshPorts(looked string) []int {
	var addresses []string
	pid := ""
	for _, unit := range shell.ParseUnits(looked) {
		switch {
		case unit.Get("Id") == "ssh.service":
			pid = unit.Get("MainPID")
		case unit.Get("Id") == "ssh.socket" && unit.Get("ActiveState") == "active":
			addresses = append(addresses, unit.ListenStreams()...)
		}
	}
	for _, line := range shell.SplitLines(looked) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 2 && fields[0] == "port":
			addresses = append(addresses, fields[1])
		case len(fields) > 5 && fields[0] == "LISTEN" && strings.Contains(line, ",pid="+pid+","):
			addresses = append(addresses, fields[3])
		}
	}
	return portsOf(addresses)
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
