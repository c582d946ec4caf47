package fakeheroku

import (
	"os"
	"os/exec"

	"github.com/creack/pty"
)

func start(cmd *exec.Cmd, size *pty.Winsize) (*os.File, error) { return pty.StartWithSize(cmd, size) }
