//go:build !linux

package child

import (
	"os/exec"
	"syscall"
)

func tie(_ *exec.Cmd, _ syscall.Signal, start func() error) error { return start() }
