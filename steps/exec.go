package steps

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"slipway/steps/layout"
	"slipway/steps/release"
	"slipway/steps/shell"
)

// Command is a command line that runs as the current release does: with its user,
// sandbox, folder, variables, packages and state. Before the first release takes the
// traffic, it runs as the newest one that is whole.
type Command struct {
	// Release is the name of that release; Early is set if it never took the traffic.
	Release string
	Early   bool
	// Line is what runs it as the deployment's own user.
	Line string
	unit string
}

// stopLimit is how long a command may take to end when it is told to.
const stopLimit = 10 * time.Second

// Command makes the command line of words; terminal says that it is to run on
// a terminal of the server's.
func (s *Session) Command(ctx context.Context, terminal bool, words []string) (Command, error) {
	l := layout.Of(s.plan.ServerName())
	p, err := s.deployed(ctx, whole)
	if err != nil {
		return Command{}, err
	}
	suffix := make([]byte, 4)
	rand.Read(suffix) // never fails, as its documentation says
	c := Command{Release: p.Release, Early: s.serving == "", unit: "slipway-run-" + hex.EncodeToString(suffix) + ".service"}
	stream := "--pipe"
	if terminal {
		stream = "--pty"
	}
	properties := append(release.CommandProperties(l, p), "TimeoutStopSec=5")
	// systemd-run would look for programs in root's PATH, a shell looks in the app's.
	words = append([]string{"/bin/sh", "-c", `exec "$@"`, "sh"}, words...)
	line := release.InSandbox([]string{stream, "--unit=" + c.unit, "--description=slipway run"}, l, properties, words)
	c.Line = shell.Command(append([]string{"sudo", "-n", "--", "env", "SYSTEMD_TINT_BACKGROUND=0", "SYSTEMD_ADJUST_TERMINAL_TITLE=0"}, line...)...)
	return c, nil
}

// Stop ends a command that went on after its connection ended. It is no error if
// the command has ended already.
func (s *Session) Stop(ctx context.Context, c Command) error {
	ctx, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	_, err := s.Client.Output(ctx, "systemctl stop "+c.unit+" 2>/dev/null || :")
	return err
}
