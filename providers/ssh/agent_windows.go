package ssh

import (
	"context"
	"net"
	"path/filepath"
	"strings"

	"github.com/Microsoft/go-winio"
)

// usualAgent is where an agent listens that the environment does not name: the pipe of
// the service ssh-agent, which comes with Windows.
const usualAgent = pipes + "openssh-ssh-agent"

// pipes is the folder of all named pipes.
const pipes = `\\.\pipe\`

// dialAgent connects to the agent that listens there: at a named pipe, or at a socket as
// on other systems. A pipe's name may have slashes, as in ssh's configuration.
func dialAgent(ctx context.Context, socket string) (net.Conn, error) {
	if pipe := filepath.FromSlash(socket); strings.HasPrefix(strings.ToLower(pipe), pipes) {
		return winio.DialPipeContext(ctx, pipe)
	}
	return new(net.Dialer).DialContext(ctx, "unix", socket)
}
