package remote

import (
	"bytes"
	"context"
	_ "embed" // the script
	"io"
	"strings"

	"slipway/steps/shell"
)

// sudo is how the login user becomes root.
type sudo struct {
	user, password string
	// boundary ends what is sent ahead of a command's own input.
	boundary string
}

func sudoFor(t Target) sudo {
	s := sudo{user: t.User, password: t.SudoPassword}
	if s.password != "" {
		s.boundary = NewBoundary()
	}
	return s
}

//go:embed skip.sh
var skipScript string

// words stand before those that run as root.
func (s sudo) words() []string {
	switch {
	case s.user == "root":
		return nil
	case s.password == "":
		return []string{"sudo", "-n", "--"}
	}
	return []string{"sudo", "-S", "-p", "", "--", "/bin/sh", "-c", shell.Script(skipScript, nil), s.boundary}
}

// before puts the password ahead of the input of a command that words began.
func (s sudo) before(command string, stdin io.Reader) io.Reader {
	if s.boundary == "" || !strings.Contains(command, s.boundary) {
		return stdin
	}
	ahead := strings.NewReader(s.password + "\n" + s.boundary + "\n")
	if stdin == nil {
		return ahead
	}
	return io.MultiReader(ahead, stdin)
}

// TrySudo is nil if the login user can become root; else it is an *ExitError
// with what sudo says. A wrong password is tried once.
func (c *Client) TrySudo(ctx context.Context) error {
	if c.target.User == "root" {
		return nil
	}
	command, stdin := "env LC_ALL=C sudo -n true", ""
	if c.target.SudoPassword != "" {
		command, stdin = "env LC_ALL=C sudo -k -S -p '' true", c.target.SudoPassword+"\n"
	}
	var stderr bytes.Buffer
	err := c.Attach(ctx, command, strings.NewReader(stdin), io.Discard, &stderr)
	return withTail(err, "sudo", stderr.String())
}
