package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Shell gives a person a terminal on the server, which runs a command line or,
// if that is empty, a login shell, and returns when that ends. size tells the
// width and height of the person's own terminal, in columns and rows; it is called
// again whenever resized receives. A command that ended with a status other than 0
// is an *ExitError; how a login shell ended is no error.
func (c *Client) Shell(ctx context.Context, command, term string, stdin io.Reader, stdout io.Writer, resized <-chan struct{}, size func() (width, height int)) error {
	conn, err := c.connected(ctx)
	if err != nil {
		return err
	}
	session, err := conn.NewSession()
	if err != nil {
		return fmt.Errorf("open a session: %w", err)
	}
	defer session.Close()
	stop := context.AfterFunc(ctx, func() { session.Close() })
	defer stop()
	session.Stdin, session.Stdout, session.Stderr = stdin, stdout, stdout
	width, height := size()
	if term == "" {
		term = "xterm"
	}
	if err := session.RequestPty(term, height, width, ssh.TerminalModes{}); err != nil {
		return fmt.Errorf("open a terminal: %w", err)
	}
	start := session.Shell
	if command != "" {
		start = func() error { return session.Start(plainWord(command)) }
	}
	if err := start(); err != nil {
		return fmt.Errorf("start on the terminal: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- session.Wait() }()
	for {
		select {
		case <-resized:
			width, height := size()
			session.WindowChange(height, width) //nolint:errcheck // the next one may come through
		case err := <-ended:
			return c.ended(ctx, command, err)
		}
	}
}

// plainWord is a command line that every login shell gives to /bin/sh unchanged, by
// writing each of its bytes in octal.
func plainWord(command string) string {
	var octal strings.Builder
	for _, b := range []byte(command) {
		fmt.Fprintf(&octal, `\0%03o`, b)
	}
	return `exec /bin/sh -c 'eval "$(printf %b "` + octal.String() + `")"'`
}

// ended is the error of what ran on a terminal.
func (*Client) ended(ctx context.Context, command string, err error) error {
	exit, ok := errors.AsType[*ssh.ExitError](err)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case ok && command == "":
		return nil
	case ok:
		return &ExitError{What: "the command", Status: exit.ExitStatus()}
	}
	return err
}
