//go:build unix

package fakeheroku

import (
	"os"
	"os/exec"
	"syscall"

	"github.com/creack/pty"

	"slipway/providers/child"
)

// start starts a command as the leader of a session with a terminal.
func start(cmd *exec.Cmd, size *pty.Winsize) (terminal *os.File, err error) {
	err = child.Tie(cmd, syscall.SIGKILL, func() (err error) {
		terminal, err = pty.StartWithSize(cmd, size)
		return err
	})
	return terminal, err
}
