package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/ssh"

	"slipway/steps/shell"
)

// tailLines is how much of a failed command's output an error carries.
const tailLines = 15

// asRoot makes the command line that runs words as root.
func (c *Client) asRoot(words ...string) string {
	return shell.Command(append(c.sudo.words(), words...)...)
}

// Ask runs a script as root that only reads, in one round trip, and returns
// what it printed. A dropped connection is made again and the script asked
// again. The script travels on standard input, so that it shows in no process
// list.
func (c *Client) Ask(ctx context.Context, script string) (string, error) {
	return again(ctx, c, func(conn *ssh.Client, _ bool) (string, error) {
		var stdout, stderr bytes.Buffer
		err := c.exec(ctx, conn, c.asRoot("/bin/sh", "-s"), strings.NewReader(script), &stdout, &stderr)
		return stdout.String(), withTail(err, "a look at the server", stderr.String())
	})
}

// receive keeps standard input in a file if all of it came; a connection that
// drops on the way leaves the old file.
const receive = `set -eu
umask 077
mkdir -p "$(dirname "$1")"
cat >"$1.part"
if [ "$(wc -c <"$1.part")" != "$2" ]; then rm -f "$1.part"; echo "the upload was cut short" >&2; exit 75; fi
mv -fT "$1.part" "$1"`

// Upload keeps data in a root-owned 0600 file, in one round trip. It is sent
// again if the connection drops.
func (c *Client) Upload(ctx context.Context, path string, data []byte) error {
	_, err := again(ctx, c, func(conn *ssh.Client, _ bool) (struct{}, error) {
		var stderr bytes.Buffer
		command := c.asRoot("/bin/sh", "-c", receive, "slipway-upload", path, fmt.Sprint(len(data)))
		err := c.exec(ctx, conn, command, bytes.NewReader(data), io.Discard, &stderr)
		return struct{}{}, withTail(err, "the upload", stderr.String())
	})
	return err
}

// Attach runs a command line as the login user with the given streams, without
// a terminal: what slipway ssh and logs are made of. It is not run again if the
// connection drops.
func (c *Client) Attach(ctx context.Context, command string, stdin io.Reader, stdout, stderr io.Writer) error {
	conn, err := c.connected(ctx)
	if err != nil {
		return err
	}
	return c.exec(ctx, conn, command, stdin, stdout, stderr)
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
