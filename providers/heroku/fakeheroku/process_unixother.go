//go:build unix && !linux

package fakeheroku

import "syscall"

func diesWithParent(*syscall.SysProcAttr) {}
