package child

import (
	"errors"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// tie keeps the thread that starts the command until the command has ended: the kernel
// sends the signal when that thread ends, and Go ends a thread with a goroutine that was
// locked to it and did not give it back.
func tie(cmd *exec.Cmd, signal syscall.Signal, start func() error) error {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = signal
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := start()
		pid := 0
		if cmd.Process != nil {
			pid = cmd.Process.Pid
		}
		started <- err
		if pid > 0 {
			await(pid)
		}
	}()
	return <-started
}

// await waits until a child has ended, and leaves its status to who waits for that.
func await(pid int) {
	for errors.Is(unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil), unix.EINTR) {
	}
}
