package remote

import "net/netip"

// Peer is the address and port that the connection leads to, as the network has them;
// zero where there is no connection or where they are no IP address.
func (c *Client) Peer() netip.AddrPort {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		return netip.AddrPort{}
	}
	peer, err := netip.ParseAddrPort(c.conn.RemoteAddr().String())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port())
}
