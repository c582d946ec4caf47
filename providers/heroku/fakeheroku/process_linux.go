package fakeheroku

import (
	"os"
	"os/exec"
	"syscall"
)

// diesWithParent leaves no dyno behind when the simulation is killed.
func diesWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }

// ordinary lets a command that refuses to be root's believe that it is somebody else's, in
// a user namespace of its own. Its files are still those of who started it.
func ordinary(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	diesWithParent(cmd.SysProcAttr)
	if os.Geteuid() != 0 {
		return
	}
	const somebody = 1000
	cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
	cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: somebody, HostID: 0, Size: 1}}
	cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: somebody, HostID: 0, Size: 1}}
}
