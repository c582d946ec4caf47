//go:build !linux && !windows

package local

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// killProcess kills the process with that id if it is the QEMU of the machine
// with that name.
func killProcess(pid int, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	line, err := exec.CommandContext(ctx, "ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil || !strings.Contains(string(line), " -name "+name+" ") {
		return nil //nolint:nilerr // it ended meanwhile, or the id is another process's
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

// keepInheritedHere does nothing: only Linux has a call for it.
func keepInheritedHere() {}
