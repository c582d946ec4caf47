package machines

import (
	"errors"
	"fmt"
	"io"
	"net"
)

// Lead makes an address of this computer's loopback lead to a machine's, for SSH and the
// web, as a reserved IP leads to its droplet. An empty to ends it.
func (m *Machines) Lead(reserved, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.endLeading(reserved)
	if to == "" {
		return nil
	}
	if m.leading == nil {
		m.leading = map[string][]net.Listener{}
	}
	for _, port := range []string{"22", "80", "443"} {
		//nolint:noctx // it does not wait
		listener, err := net.Listen("tcp", net.JoinHostPort(reserved, port))
		if err != nil {
			m.endLeading(reserved)
			return fmt.Errorf("let %s lead to %s: %w", reserved, to, err)
		}
		m.leading[reserved] = append(m.leading[reserved], listener)
		at := net.JoinHostPort(to, port)
		go m.pass(listener, func() (net.Conn, error) { return net.Dial("tcp", at) }, at) //nolint:noctx // it ends with the machine
	}
	return nil
}

// EndLeading ends all that Lead began.
func (m *Machines) EndLeading() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for reserved := range m.leading {
		m.endLeading(reserved)
	}
}

// endLeading ends what Lead began. The caller holds the lock.
func (m *Machines) endLeading(reserved string) {
	for _, l := range m.leading[reserved] {
		_ = l.Close() // connections that are open end with the machine
	}
	delete(m.leading, reserved)
}

// pass passes the connections of a listener on to where dial connects, until it is
// closed. The log names that as to.
func (m *Machines) pass(listener net.Listener, dial func() (net.Conn, error), to string) {
	for {
		inner, err := listener.Accept()
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				m.Log("nothing more gets to %s: %v", to, err)
			}
			return
		}
		go func() {
			defer inner.Close()
			outer, err := dial()
			if err != nil {
				m.Log("%s can't be reached: %v", to, err)
				return
			}
			defer outer.Close()
			go func() {
				_, _ = io.Copy(outer, inner) // whoever ends it ends both
				_ = outer.(*net.TCPConn).CloseWrite()
			}()
			_, _ = io.Copy(inner, outer)
		}()
	}
}
