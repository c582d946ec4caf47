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

	"slipway/providers/local"
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
	router := local.RouterNamespace(namespace)
	go m.pass(listener, func() (net.Conn, error) {
		if _, err := os.Stat(router); err != nil {
			return dialer.Dial("tcp", address)
		}
		// There the machine's address is local.
		return within(router, func() (net.Conn, error) { return dialer.Dial("tcp", address) })
	}, address)
	return nil
}

// listenWithin listens in another network namespace.
func listenWithin(namespace, address string) (net.Listener, error) {
	//nolint:noctx // it does not wait
	return within(namespace, func() (net.Listener, error) { return net.Listen("tcp", address) })
}

// within calls open in another network namespace: a socket stays in the one in which it
// was made.
func within[T any](namespace string, open func() (T, error)) (T, error) {
	type opened struct {
		socket T
		err    error
	}
	done := make(chan opened)
	go func() {
		// The thread is not given back: it ends with the goroutine.
		runtime.LockOSThread()
		file, err := os.Open(namespace)
		if err == nil {
			err = unix.Setns(int(file.Fd()), unix.CLONE_NEWNET)
			err = errors.Join(err, file.Close())
		}
		if err != nil {
			done <- opened{err: err}
			return
		}
		socket, err := open()
		done <- opened{socket, err}
	}()
	o := <-done
	return o.socket, o.err
}
