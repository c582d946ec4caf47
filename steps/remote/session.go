package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"
)

// session opens a session on a connection. A server may allow only so many at a time
// (MaxSessions): beside others, this one gets a connection of its own then. done ends it.
func (c *Client) session(ctx context.Context, conn *ssh.Client) (session *ssh.Session, on *ssh.Client, become sudo, done func(), err error) {
	c.mu.Lock()
	c.roundTrips++
	become = sudoFor(c.as)
	targets := slices.Clone(c.targets)
	c.mu.Unlock()
	c.opened(1)
	end := func() { c.opened(-1) }
	session, err = conn.NewSession()
	if _, refused := errors.AsType[*ssh.OpenChannelError](err); refused && c.opened(0) > 1 {
		own, _, as, dialErr := dialFirst(ctx, targets)
		if dialErr != nil {
			end()
			return nil, nil, become, nil, dialErr
		}
		conn, become, end = own, sudoFor(as), func() { c.opened(-1); own.Close() }
		session, err = conn.NewSession()
	}
	if err != nil {
		end()
		return nil, nil, become, nil, c.noSession(err)
	}
	return session, conn, become, func() { session.Close(); end() }, nil
}

// opened counts the sessions that are open, and tells how many there are.
func (c *Client) opened(more int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sessions += more
	return c.sessions
}

// exec runs an errand on one connection and streams what its script prints. An exit
// status other than 0 is an *ExitError; a connection that broke is errDropped; a login
// shell that ran something else is a *NoShell.
func (c *Client) exec(ctx context.Context, conn *ssh.Client, e errand, stdin io.Reader, stdout, stderr io.Writer) error {
	session, conn, become, done, err := c.session(ctx, conn)
	if err != nil {
		return err
	}
	defer done()
	stop := context.AfterFunc(ctx, func() {
		session.Close()
		// The server answers that once the command has ended, which may be long.
		time.AfterFunc(closeTimeout, func() { conn.Close() })
	})
	defer stop()
	out, complaints := &after{boundary: e.boundary, to: stdout}, &after{boundary: e.boundary, to: stderr}
	session.Stdin, session.Stdout, session.Stderr = e.stdin(become, stdin), out, complaints
	err = session.Run(e.line(become))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	exit, ended := errors.AsType[*ssh.ExitError](err)
	status := 0
	if ended {
		status = exit.ExitStatus()
	}
	_, begun := out.noise()
	switch {
	case err != nil && !ended:
		return fmt.Errorf("%w: %w", errDropped, err)
	case !begun:
		return c.notBegun(status, out, complaints)
	case err == nil:
		return nil
	}
	return &ExitError{What: "the command", Status: status}
}
