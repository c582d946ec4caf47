package remote

import (
	"context"
	"errors"
	"io"
	"strings"
)

// sudo is how the login user becomes root.
type sudo struct{ user, password string }

func sudoFor(t Target) sudo { return sudo{user: t.User, password: t.SudoPassword} }

// words stand before those that run as root.
func (s sudo) words() []string {
	switch {
	case s.user == "root":
		return nil
	case s.password == "":
		return []string{"sudo", "-n", "--"}
	}
	return []string{"sudo", "-S", "-p", "", "--"}
}

// ahead is what sudo reads from standard input before the command does, if it asks.
func (s sudo) ahead() string {
	if s.user == "root" || s.password == "" {
		return ""
	}
	return s.password + "\n"
}

// TrySudo is nil if the login user can become root; else it is an *ExitError
// with what sudo says, or a *NoShell. A wrong password is tried once.
func (c *Client) TrySudo(ctx context.Context) error {
	if c.Target().User == "root" {
		return c.Attach(ctx, "true", nil, io.Discard, io.Discard)
	}
	command, stdin := "LC_ALL=C sudo -n true", ""
	if c.Target().SudoPassword != "" {
		command, stdin = "LC_ALL=C sudo -k -S -p '' true", c.Target().SudoPassword+"\n"
	}
	var stderr end
	err := c.Attach(ctx, command, strings.NewReader(stdin), io.Discard, &stderr)
	return withTail(err, "sudo", stderr.String())
}

// sudoAnswers are what sudo says when it does not make somebody root, each with what
// to type about it. $user stands for the login user.
var sudoAnswers = []struct{ said, next string }{
	{"must have a tty", "on the server, add the line \"Defaults:$user !requiretty\" to /etc/sudoers (type visudo), then run the same command again"},
	{"not in the sudoers file", "on the server, as root, type usermod -aG sudo $user, or log in as a user who may become root"},
	{"not allowed to", "let $user run all commands (\"$user ALL=(ALL:ALL) ALL\" in /etc/sudoers; type visudo), or log in as a user who may become root"},
	{"sudo: not found", "log in as root: --host root@$address; slipway installs sudo then"},
	{"command not found", "log in as root: --host root@$address; slipway installs sudo then"},
	{"account validation failure", "the account of $user has expired; as root, type chage -E -1 $user"},
	{"owned by uid", "mend sudo on the server as root: chown root:root /usr/bin/sudo && chmod 4755 /usr/bin/sudo"},
	{"syntax error", "on the server, as root, type visudo -c: it names the file and the line that sudo can't read"},
	{"parse error", "on the server, as root, type visudo -c: it names the file and the line that sudo can't read"},
}

// SudoHint tells what to type about an error of TrySudo that no password mends; it is
// empty if a password may.
func (t Target) SudoHint(err error) string {
	exit, ok := errors.AsType[*ExitError](err)
	if !ok {
		return ""
	}
	for _, answer := range sudoAnswers {
		if strings.Contains(exit.Tail, answer.said) {
			return strings.NewReplacer("$user", t.User, "$address", t.Address).Replace(answer.next)
		}
	}
	return ""
}
