//go:build unix

package ssh

import (
	"context"
	"net"
)

// usualAgent is where an agent listens that the environment does not name.
const usualAgent = ""

// dialAgent connects to the agent that listens there.
func dialAgent(ctx context.Context, socket string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "unix", socket)
}
