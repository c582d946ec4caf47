package fakeheroku

import (
	"os"
	"os/exec"
	"syscall"
)

// ordinary lets a command that refuses to be root's believe that it is somebody else's, in
// a user namespace of its own. Its files are still those of who started it.
func ordinary(cmd *exec.Cmd) {
	if os.Geteuid() != 0 {
		return
	}
	const somebody = 1000
	self := []syscall.SysProcIDMap{{ContainerID: somebody, HostID: 0, Size: 1}}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER, UidMappings: self, GidMappings: self}
}
