package steps

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"slipway/steps/shell"
)

// Command is a command line in the app's own environment: its user, sandbox,
// folder, variables, packages and state, as the release has them that takes the
// traffic.
type Command struct {
	// Line is what runs it as the user deploy.
	Line string
	unit string
}

// stopLimit is how long a command may take to end when it is told to.
const stopLimit = 10 * time.Second

// Command makes the command line of words; terminal says that it is to run on
// a terminal of the server's.
func (s *Session) Command(ctx context.Context, terminal bool, words []string) (Command, error) {
	l := layoutOf(s.plan.Name)
	release, err := s.serving(ctx)
	if err != nil {
		return Command{}, err
	}
	id := make([]byte, 4)
	rand.Read(id) // never fails, as its documentation says
	c := Command{unit: "slipway-run-" + hex.EncodeToString(id) + ".service"}
	stream := "--pipe"
	if terminal {
		stream = "--pty"
	}
	properties := append(surroundings(l, release), "UMask=0027", "TimeoutStopSec=5")
	// systemd-run looks for programs where root does; the shell does where the app does.
	words = append([]string{"/bin/sh", "-c", `exec "$@"`, "sh"}, words...)
	line := inSandbox([]string{stream, "--unit=" + c.unit, "--description=slipway run"}, l, properties, words)
	c.Line = shell.Command(append([]string{"sudo", "-n", "--", "env", "SYSTEMD_TINT_BACKGROUND=0", "SYSTEMD_ADJUST_TERMINAL_TITLE=0"}, line...)...)
	return c, nil
}

// Stop ends a command that goes on after its connection ended. What has ended
// is no error.
func (s *Session) Stop(ctx context.Context, c Command) error {
	ctx, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	_, err := s.Client.Ask(ctx, "systemctl stop "+c.unit+" 2>/dev/null || :")
	return err
}

// serving is the release that takes the traffic.
func (s *Session) serving(ctx context.Context) (string, error) {
	out, err := s.Client.Ask(ctx, shell.Lines(serving(layoutOf(s.plan.Name)), `echo "$serving"`))
	if err != nil {
		return "", err
	}
	release := splitLines(out)[0]
	if !releasePattern.MatchString(release) {
		return "", s.noRelease()
	}
	return release, nil
}
