// Package child ties processes to this one, so that the kernel ends them with it.
package child

import (
	"os/exec"
	"syscall"
)

// Tie has the kernel send a signal to a command's process when this process ends, however
// it ends, and not before. start starts the command: cmd.Start, cmd.Run, or what calls them.
// What else stands in cmd.SysProcAttr is kept. A system other than Linux knows no such
// signal: there start is called, and that is all.
func Tie(cmd *exec.Cmd, signal syscall.Signal, start func() error) error {
	return tie(cmd, signal, start)
}

// CombinedOutput runs a command that is tied to this process, as cmd.CombinedOutput does.
func CombinedOutput(cmd *exec.Cmd) (out []byte, err error) {
	err = Tie(cmd, syscall.SIGKILL, func() (err error) {
		out, err = cmd.CombinedOutput()
		return err
	})
	return out, err
}
