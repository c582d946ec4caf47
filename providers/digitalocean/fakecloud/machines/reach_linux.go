package machines

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// reach lets a machine reach m.Reach at the same port of its own loopback: machines reach
// nothing that listens on this computer's.
func (m *Machines) reach(id int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Reach == "" || m.reached[id] != nil {
		return nil
	}
	_, port, err := net.SplitHostPort(m.Reach)
	if err != nil {
		return err
	}
	listener, err := listenWithin("/run/netns/"+m.spec(id).Tag, "127.0.0.1:"+port)
	if err != nil {
		return fmt.Errorf("let droplet %d reach %s: %w", id, m.Reach, err)
	}
	if m.reached == nil {
		m.reached = map[int]net.Listener{}
	}
	m.reached[id] = listener
	go m.pass(listener, m.Reach)
	return nil
}

// unreach ends what reach began.
func (m *Machines) unreach(id int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.reached[id]; l != nil {
		_ = l.Close() // connections that are open end with the machine
		delete(m.reached, id)
	}
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
