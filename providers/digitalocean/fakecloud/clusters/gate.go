package clusters

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
)

// gate is what stands before a database: it passes the connections of trusted sources on,
// and ends all others.
type gate struct {
	listener *net.TCPListener
	to       string

	mu      sync.Mutex
	admits  func(netip.Addr) bool
	open    map[net.Conn]bool
	closing bool
}

func newGate(at, to string, admits func(netip.Addr) bool) (*gate, error) {
	address, err := net.ResolveTCPAddr("tcp", at)
	if err != nil {
		return nil, err
	}
	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return nil, err
	}
	return &gate{listener: listener, to: to, admits: admits, open: map[net.Conn]bool{}}, nil
}

func (g *gate) address() netip.AddrPort { return g.listener.Addr().(*net.TCPAddr).AddrPort() }

// setAdmits changes who is admitted.
func (g *gate) setAdmits(admits func(netip.Addr) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.admits = admits
}

// serve passes connections on until the gate is closed.
func (g *gate) serve(refused func(peer netip.Addr)) {
	for {
		outer, err := g.listener.AcceptTCP()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // the peer has gone
		}
		go func() {
			defer outer.Close()
			peer := outer.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().Unmap()
			g.mu.Lock()
			admits := g.admits
			g.mu.Unlock()
			if !admits(peer) {
				_ = outer.SetLinger(0) // the peer sees a reset
				refused(peer)
				return
			}
			g.pass(outer)
		}()
	}
}

func (g *gate) pass(outer *net.TCPConn) {
	//nolint:noctx // it is on this computer
	inner, err := net.Dial("tcp", g.to)
	if err != nil {
		return
	}
	defer inner.Close()
	if !g.keep(outer, inner) {
		return
	}
	defer g.drop(outer, inner)
	go func() {
		_, _ = io.Copy(inner, outer) // whoever ends it ends both
		_ = inner.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(outer, inner)
}

// keep remembers open connections for close; false if the gate is closed.
func (g *gate) keep(connections ...net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closing {
		return false
	}
	for _, c := range connections {
		g.open[c] = true
	}
	return true
}

func (g *gate) drop(connections ...net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range connections {
		delete(g.open, c)
	}
}

// close ends the gate and all connections.
func (g *gate) close() {
	_ = g.listener.Close()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closing = true
	for c := range g.open {
		_ = c.Close()
	}
}
