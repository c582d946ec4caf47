package plan

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// AllowNone is the value of --allow that keeps no port open beside SSH and the web.
const AllowNone = "none"

// Port is a port of a server, for one of the two protocols.
type Port struct {
	Number int
	// UDP is true for UDP and false for TCP.
	UDP bool
}

// Protocol is "tcp" or "udp".
func (p Port) Protocol() string {
	if p.UDP {
		return "udp"
	}
	return "tcp"
}

// String is the port as --allow takes it: "8080", "51820/udp".
func (p Port) String() string {
	if p.UDP {
		return strconv.Itoa(p.Number) + "/udp"
	}
	return strconv.Itoa(p.Number)
}

// Compare orders ports: those of TCP first, each protocol's by number.
func (p Port) Compare(other Port) int {
	return cmp.Or(strings.Compare(p.Protocol(), other.Protocol()), cmp.Compare(p.Number, other.Number))
}

// Allowed are the ports that stay open beside those of SSH and the web, in order.
// given tells whether anybody said which: without that, no port is closed at which
// another program listens before the first deployment.
func (p Plan) Allowed() (ports []Port, given bool) {
	value := p.Value(KeyAllow)
	for text := range strings.SplitSeq(value, ListSeparator) {
		if port, ok := parsePort(text); ok {
			ports = append(ports, port)
		}
	}
	slices.SortFunc(ports, Port.Compare)
	return slices.Compact(ports), value != ""
}

// reachable are all ports that the world may reach, sorted.
func (p Plan) reachable() (tcp, udp []int) {
	tcp = p.OpenPorts()
	allowed, _ := p.Allowed()
	for _, port := range allowed {
		if port.UDP {
			udp = append(udp, port.Number)
		} else {
			tcp = append(tcp, port.Number)
		}
	}
	slices.Sort(tcp)
	return slices.Compact(tcp), udp
}

// parsePort reads PORT, PORT/tcp or PORT/udp.
func parsePort(text string) (Port, bool) {
	number, protocol, named := strings.Cut(text, "/")
	n, err := strconv.ParseUint(number, 10, 16)
	known := !named || protocol == "tcp" || protocol == "udp"
	return Port{Number: int(n), UDP: protocol == "udp"}, err == nil && n > 0 && known
}

func checkAllowed(value string) error {
	if value == AllowNone {
		return nil
	}
	for text := range strings.SplitSeq(value, ListSeparator) {
		if _, ok := parsePort(text); !ok {
			return Usagef("", "it is a port like 8080 or 51820/udp, or %s alone", AllowNone)
		}
	}
	return nil
}
