package system

import (
	"strconv"
	"strings"

	"slipway/steps/shell"
)

// lookSSHPorts prints where sshd listens by its settings, where systemd listens
// for it (Ubuntu starts sshd by a socket unit with ports of its own), and where
// it really does.
const lookSSHPorts = `sshd -T | grep '^port '
systemctl show --property=Id,ActiveState,MainPID,Listen ssh.service ssh.socket
ss -Hltnp | grep '"sshd"'`

// sshPorts reads what lookSSHPorts printed. A port that a login's own forwarding
// listens on is not sshd's.
func sshPorts(looked string) []int {
	var addresses []string
	pid := ""
	for block := range strings.SplitSeq(looked, "\n\n") {
		unit, listens := shell.UnitBlock(block)
		switch {
		case unit["Id"] == "ssh.service":
			pid = unit["MainPID"]
		case unit["Id"] == "ssh.socket" && unit["ActiveState"] == "active":
			addresses = append(addresses, listens...)
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
	var ports []int
	for _, address := range addresses {
		if n, err := strconv.Atoi(address[strings.LastIndexByte(address, ':')+1:]); err == nil {
			ports = append(ports, n)
		}
	}
	return ports
}
