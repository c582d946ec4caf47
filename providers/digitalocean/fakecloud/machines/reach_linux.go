package machines

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// openWay lets a machine reach an address.
func (m *Machines) openWay(id int, up *machine, address string) error {
	host, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("let droplet %d reach %s: %w", id, address, err)
	}
	namespace := m.spec(id).Tag
	if !host.Addr().IsLoopback() {
		// Another way to the same host may have added it.
		out, err := exec.CommandContext(context.Background(), "ip", "-n", namespace, "addr", "replace", host.Addr().String()+"/32", "dev", "lo").CombinedOutput()
		if err != nil {
			return fmt.Errorf("let droplet %d reach %s: %w: %s", id, address, err, out)
		}
	}
	listener, err := listenWithin("/run/netns/"+namespace, address)
	if err != nil {
		return fmt.Errorf("let droplet %d reach %s: %w", id, address, err)
	}
	up.ways[address] = listener
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(up.address)}}
	go m.pass(listener, dialer, address)
	return nil
}

// listenWithin listens in another network namespace: a socket stays in the one in which it
// was made.
func listenWithin(namespace, address string) (net.Listener, error) {
	type made struct {
		listener net.Listener
		err      error
	}
	done := make(chan made)
	go func() {
		// The thread is not given back: it ends with the goroutine.
		runtime.LockOSThread()
		file, err := os.Open(namespace)
		if err == nil {
			err = unix.Setns(int(file.Fd()), unix.CLONE_NEWNET)
			err = errors.Join(err, file.Close())
		}
		if err != nil {
			done <- made{nil, err}
			return
		}
		//nolint:noctx // it does not wait
		listener, err := net.Listen("tcp", address)
		done <- made{listener, err}
	}()
	m := <-done
	return m.listener, m.err
}
