//go:build unix && !linux

package fakeheroku

import (
	"os/exec"
	"syscall"
)

func diesWithParent(*syscall.SysProcAttr) {}

func ordinary(*exec.Cmd) {}
