package shell

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
)

//go:embed sockets.sh
var socketsText string

// LookSockets prints what ParseSockets reads.
func LookSockets() string { return Script(socketsText, nil) }

// Socket is one that waits for others: a TCP socket that listens, or a UDP socket.
type Socket struct {
	// Protocol is "tcp" or "udp".
	Protocol string
	// Address is where it listens: "0.0.0.0", "*", "[::]", "127.0.0.53%lo".
	Address string
	Port    int
	// PIDs are the processes that have it open, and Units the systemd units that
	// these belong to, each once: "nginx.service", "init.scope" for systemd itself.
	PIDs  []int
	Units []string
}

// ParseSockets reads what LookSockets printed.
func ParseSockets(text string) []Socket {
	var sockets []Socket
	at := map[string]int{}
	var holders [][]string
	for _, line := range SplitLines(text) {
		f := strings.Fields(line)
		switch {
		case len(f) == 4 && f[0] == "socket":
			colon := strings.LastIndexByte(f[2], ':')
			port, err := strconv.Atoi(f[2][colon+1:])
			if err != nil || colon < 0 {
				continue
			}
			at[f[3]] = len(sockets)
			sockets = append(sockets, Socket{Protocol: f[1], Address: f[2][:colon], Port: port})
		case len(f) == 4 && f[0] == "holder":
			holders = append(holders, f)
		}
	}
	for _, f := range holders {
		i, waits := at[f[1]]
		if !waits {
			continue
		}
		s := &sockets[i]
		s.PIDs = append(s.PIDs, Number(f[2]))
		if unit := unitOf(f[3]); !slices.Contains(s.Units, unit) {
			s.Units = append(s.Units, unit)
		}
	}
	return sockets
}

// unitOf is the unit that a control group belongs to: the outermost, for a user may name
// the units below user@.service.
func unitOf(group string) string {
	for part := range strings.SplitSeq(group, "/") {
		if strings.HasSuffix(part, ".service") || strings.HasSuffix(part, ".scope") {
			return part
		}
	}
	return group
}
