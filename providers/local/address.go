package local

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"

	"slipway/providers"
)

// webPorts are the ports that a machine must have as they are.
var webPorts = []int{80, 443}

// sshPorts are the ports that sshd may have, best first: a computer with an
// sshd of its own on every address leaves none of its addresses' port 22 free.
var sshPorts = []int{22, 2222, 22022}

// addressTries is how many addresses are tried for each sshd port. With some
// machines in 16 million addresses the first is practically always free.
const addressTries = 16

// candidate is the nth address for a tag: always the same for the same tag, in
// 127.0.0.0/8 but out of 127.0.x.x, where other programs have theirs.
func candidate(tag string, n int) netip.Addr {
	sum := sha256.Sum256([]byte(tag + "/" + strconv.Itoa(n)))
	return netip.AddrFrom4([4]byte{127, 1 + sum[0]%254, sum[1], 1 + sum[2]%254})
}

// chooseAddress returns the first address and sshd port that are free with all
// web ports.
func chooseAddress(tag string, free func(addr netip.Addr, port int) error) (netip.Addr, int, error) {
	var causes error
	for _, ssh := range sshPorts {
		for n := range addressTries {
			addr := candidate(tag, n)
			err := freeAll(addr, append([]int{ssh}, webPorts...), free)
			if err == nil {
				return addr, ssh, nil
			}
			causes = err
		}
	}
	return netip.Addr{}, 0, &providers.Refused{
		Err:  fmt.Errorf("no loopback address of this computer has the ports of a server free: %w", causes),
		Next: unclosed(tag, causes),
	}
}

// unclosed is what lets a machine have its ports, by why it could not have them.
func unclosed(tag string, cause error) string {
	switch {
	case errors.Is(cause, syscall.EADDRNOTAVAIL): // a Mac has 127.0.0.1 only
		return "run `sudo ifconfig lo0 alias " + candidate(tag, 0).String() + " up`, then the same command again"
	case errors.Is(cause, syscall.EACCES):
		return "run the same command with sudo, or let everybody have the ports: `sudo sysctl -w net.ipv4.ip_unprivileged_port_start=22`"
	}
	return "stop what listens there on every address (ss -ltnp shows it), or let it listen on one address only"
}

func freeAll(addr netip.Addr, ports []int, free func(netip.Addr, int) error) error {
	for _, port := range ports {
		if err := free(addr, port); err != nil {
			return err
		}
	}
	return nil
}

// portFree is nil if nothing listens on that port, on this or on every address.
func portFree(addr netip.Addr, port int) error {
	listener, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: addr.AsSlice(), Port: port})
	if err != nil {
		return err
	}
	return listener.Close()
}

// forward is one port of the machine's address that leads into the machine.
type forward struct {
	Address     string
	Port, Guest int
}

// forwards lists all ports that lead into r's machine.
func (r record) forwards() []forward {
	list := []forward{{Address: r.Address, Port: r.SSHPort, Guest: 22}}
	for _, port := range webPorts {
		list = append(list, forward{Address: r.Address, Port: port, Guest: port})
	}
	return list
}

// newRecord decides what the machine of this tag will be.
func newRecord(tag, system, imagePath string) (record, error) {
	addr, ssh, err := chooseAddress(tag, portFree)
	if err != nil {
		return record{}, err
	}
	if !addr.IsLoopback() {
		return record{}, errors.New("the chosen address is not a loopback address")
	}
	return record{Tag: tag, Address: addr.String(), SSHPort: ssh, System: system, Image: imagePath}, nil
}
