package remote

import (
	"context"
	"errors"
	"io"
	"strings"

	"golang.org/x/crypto/ssh"
)

// tailLines is how much of a failed command's output an error carries.
const tailLines = 15

// Output runs a script as root that only reads, in one round trip, and returns
// what it printed, 16 MB at most: more is an error. A dropped connection is made again
// and the script asked again.
func (c *Client) Output(ctx context.Context, script string) (string, error) {
	return acrossDrops(ctx, c, func(conn *ssh.Client, _ bool) (string, error) {
		ctx, stdout, done := boundedAnswer(ctx)
		defer done()
		var stderr end
		err := c.exec(ctx, conn, newErrand(script, true), nil, stdout, &stderr)
		return stdout.String(), withTail(err, "a look at the server", stderr.String())
	})
}

// Pipe runs a script as root with the given streams, for data of any size. It is not run
// again if the connection drops.
func (c *Client) Pipe(ctx context.Context, script string, stdin io.Reader, stdout io.Writer) error {
	conn, err := c.connected(ctx)
	if err != nil {
		return err
	}
	var stderr end
	err = c.exec(ctx, conn, newErrand(script, true), stdin, stdout, &stderr)
	return withTail(err, "the transfer", stderr.String())
}

// Attach has /bin/sh run a command line as the login user with the given streams,
// without a terminal: what slipway ssh and logs are made of. It is not run again if
// the connection drops.
func (c *Client) Attach(ctx context.Context, command string, stdin io.Reader, stdout, stderr io.Writer) error {
	conn, err := c.connected(ctx)
	if err != nil {
		return err
	}
	return c.exec(ctx, conn, newErrand(command, false), stdin, stdout, stderr)
}

// withTail names what failed and adds the end of what it printed.
func withTail(err error, what, printed string) error {
	if exit, ok := errors.AsType[*ExitError](err); ok {
		exit.What, exit.Tail = what, tail(printed)
	}
	return err
}

// tail is the last lines of what a command printed.
func tail(printed string) string {
	lines := strings.Split(strings.TrimSpace(printed), "\n")
	return strings.Join(lines[max(0, len(lines)-tailLines):], "\n")
}
