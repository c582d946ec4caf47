//go:build unix

package fakeheroku

import (
	"os"
	"os/exec"
	"syscall"

	"github.com/creack/pty"
)

// start starts a command as the leader of a session with a terminal.
func start(cmd *exec.Cmd, size *pty.Winsize) (*os.File, error) {
	attributes := &syscall.SysProcAttr{Setsid: true, Setctty: true}
	diesWithParent(attributes)
	return pty.StartWithAttrs(cmd, size, attributes)
}
