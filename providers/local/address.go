package local

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"slipway/providers"
	"slipway/providers/loopback"
)

// webPorts are the ports that a machine must have, with no others in their place.
var webPorts = []int{80, 443}

// sshPorts are the ports that sshd may have, the best first: where this computer's
// own sshd listens on every address, port 22 is free on none.
var sshPorts = []int{22, 2222, 22022}

// addressTries is how many addresses are tried for each sshd port. A few machines
// among 16 million addresses leave the first one free practically always.
const addressTries = 16

// chooseAddress returns the first address on which an sshd port and all web ports
// are free, and that sshd port.
func chooseAddress(tag string, free func(addr netip.Addr, port int) error) (netip.Addr, int, error) {
	var causes error
	for _, ssh := range sshPorts {
		for n := range addressTries {
			addr := loopback.Candidate(tag, n)
			err := freeAll(addr, append([]int{ssh}, webPorts...), free)
			if err == nil {
				return addr, ssh, nil
			}
			causes = err
		}
	}
	return netip.Addr{}, 0, &providers.Refused{
		Err:  fmt.Errorf("no loopback address of this computer has the ports of a server free: %w", causes),
		Next: freePorts(tag, causes),
	}
}

// freePorts is what the operator can do so that a machine can have its ports, by
// the cause why it can't.
func freePorts(tag string, cause error) string {
	switch {
	case errors.Is(cause, syscall.EADDRNOTAVAIL): // a Mac has 127.0.0.1 only
		return "run `sudo ifconfig lo0 alias " + loopback.Candidate(tag, 0).String() + " up`, then the same command again"
	case errors.Is(cause, syscall.EACCES):
		return "run the same command with sudo, or let every user open these ports: `sudo sysctl -w net.ipv4.ip_unprivileged_port_start=22`"
	}
	return "stop the program that listens there on every address (ss -ltnp shows it), or let it listen on one address only"
}

func freeAll(addr netip.Addr, ports []int, free func(netip.Addr, int) error) error {
	for _, port := range ports {
		if err := free(addr, port); err != nil {
			return err
		}
	}
	return nil
}

// portFree is nil if nothing listens on that port of the address.
func portFree(addr netip.Addr, port int) error {
	listener, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: addr.AsSlice(), Port: port})
	if err != nil {
		return err
	}
	return listener.Close()
}

// portTaken is the refusal of a machine whose port another program has.
func portTaken(f forward, cause error) error {
	return &providers.Refused{
		Err: fmt.Errorf("the machine's address %s can't have port %d: %w", f.Address, f.Port, cause),
		Next: fmt.Sprintf("stop the program that listens there (`ss -ltnp 'sport = :%d'` shows it), then run the same command again",
			f.Port),
	}
}

// forward is one port of the machine's address that leads into the machine.
type forward struct {
	Address     string
	Port, Guest int
}

// forwards lists all ports that lead into the machine.
func (r record) forwards() []forward {
	list := []forward{{Address: r.Address, Port: r.SSHPort, Guest: 22}}
	for _, port := range webPorts {
		list = append(list, forward{Address: r.Address, Port: port, Guest: port})
	}
	return list
}

// newRecord decides what the machine with this tag will be: its address and ports.
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
