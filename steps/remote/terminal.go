package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/crypto/ssh"
)

// Shell gives a person a login shell on a terminal of the server's, and returns
// when it ends. size tells the width and height of the person's terminal, in
// columns and rows; it is asked again when resized says so. How the shell ended
// is no error.
func (c *Client) Shell(ctx context.Context, term string, stdin io.Reader, stdout io.Writer, resized <-chan os.Signal, size func() (width, height int)) error {
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
	if err := session.Shell(); err != nil {
		return fmt.Errorf("start a shell: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- session.Wait() }()
	for {
		select {
		case <-resized:
			width, height := size()
			session.WindowChange(height, width) //nolint:errcheck // the next one may come through
		case err := <-ended:
			if _, ok := errors.AsType[*ssh.ExitError](err); ok {
				return nil
			}
			return err
		}
	}
}
