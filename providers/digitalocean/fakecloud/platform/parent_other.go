//go:build !linux

package platform

import "syscall"

func endWithParent() *syscall.SysProcAttr { return nil }
