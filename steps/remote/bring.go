package remote

import (
	"bytes"
	_ "embed" // the script
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"slipway/steps/shell"
)

//go:embed bring.sh
var bringScript string

// errand is a script for the server's /bin/sh and who runs it. Between us and that
// shell stands the user's login shell, which may be any and may print what it likes.
// So it is given one plain line to run, the same for every errand; the script travels
// on standard input, which also keeps it out of process lists.
type errand struct {
	script string
	// asRoot has sudo run it.
	asRoot bool
	// boundary parts what the login shell prints from what the script prints. It is an argument
	// of a process, so anybody on the server may know it: nothing of a stranger's comes before
	// it, and after it it means nothing. What parts a stranger's output has a boundary of its own.
	boundary string
}

func newErrand(script string, asRoot bool) errand {
	return errand{script: script, asRoot: asRoot, boundary: NewBoundary()}
}

// line is what the login shell is given.
func (e errand) line(s sudo) string {
	words := []string{"/bin/sh", "-c", strings.TrimSpace(shell.Script(bringScript, nil)), e.boundary}
	if e.asRoot {
		words = append(s.words(), words...)
	}
	return shell.Command(words...)
}

// stdin is the script, and then the script's own input.
func (e errand) stdin(s sudo, own io.Reader) io.Reader {
	ahead := fmt.Sprintf("%s\n%d\n%s", e.boundary, len(e.script), e.script)
	if e.asRoot {
		ahead = s.ahead() + ahead
	}
	if own == nil {
		return strings.NewReader(ahead)
	}
	return io.MultiReader(strings.NewReader(ahead), own)
}

// mostNoise is how much is kept of what a login shell prints, in bytes.
const mostNoise = 4096

// after passes on what comes after the boundary's line, and keeps the end of what came
// before it.
type after struct {
	boundary string
	to       io.Writer

	mu    sync.Mutex
	found bool
	held  []byte
}

func (a *after) Write(data []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.found {
		return a.to.Write(data)
	}
	a.held = append(a.held, data...)
	_, rest, found := bytes.Cut(a.held, []byte(a.boundary+"\n"))
	if !found {
		a.held = a.held[max(0, len(a.held)-mostNoise):]
		return len(data), nil
	}
	a.found = true
	if len(rest) > 0 {
		if _, err := a.to.Write(rest); err != nil {
			return 0, err
		}
	}
	return len(data), nil
}

// noise is what was printed so far by others than the script, and whether the script
// has begun.
func (a *after) noise() (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return string(a.held), a.found
}

// NoShell says that the login works and that no command can be run by it: the user has
// no shell, or the server runs something else in its place.
type NoShell struct {
	User, Address string
	// Said is the end of what was printed instead; may be empty.
	Said string
}

func (e *NoShell) Error() string {
	text := fmt.Sprintf("%s can log in to %s, but no command can be run there", e.User, e.Address)
	if e.Said == "" {
		return text
	}
	return text + "; the server says: " + e.Said
}

// Hint is what to type next.
func (e *NoShell) Hint() string {
	return "on the server, as root, type usermod --shell /bin/bash " + e.User +
		"; a ForceCommand in sshd_config, a command=\"…\" in authorized_keys or an exec in the shell's startup files must not run something else"
}

// notBegun is the error of an errand whose script never began, though the session
// ended in good order.
func (c *Client) notBegun(status int, out, err *after) error {
	printed, _ := out.noise()
	complained, _ := err.noise()
	if strings.Contains(complained, "sudo:") || strings.Contains(complained, "sudo: ") {
		if _, wrote := err.to.Write([]byte(complained)); wrote != nil {
			return wrote
		}
		return &ExitError{What: "the command", Status: status}
	}
	said := strings.Join(strings.Fields(printed+"\n"+complained), " ")
	return &NoShell{User: c.Target().User, Address: c.Target().Address, Said: said[max(0, len(said)-300):]}
}

// noSession is the error of a session that the server did not open.
func (c *Client) noSession(err error) error {
	if refused, ok := errors.AsType[*ssh.OpenChannelError](err); ok && refused.Reason == ssh.Prohibited {
		return &NoShell{User: c.Target().User, Address: c.Target().Address, Said: "it opens no session (MaxSessions in sshd_config): " + refused.Message}
	}
	return fmt.Errorf("%w: %w", errDropped, err)
}
