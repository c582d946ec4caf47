package fakeheroku

import "syscall"

// diesWithParent leaves no dyno behind when the simulation is killed.
func diesWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
