//go:build unix

package fakeheroku

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup makes a command the leader of a process group, or of a session if it has a
// terminal already.
func ownGroup(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = !cmd.SysProcAttr.Setsid
}

// No error tells anything that matters: a group that has ended can't be signalled.
func terminateGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
func killGroup(cmd *exec.Cmd)      { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// exitStatus is 128 and the signal's number for what a signal ended.
func exitStatus(s *os.ProcessState) int {
	if s == nil {
		return 1
	}
	if status, ok := s.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return s.ExitCode()
}
