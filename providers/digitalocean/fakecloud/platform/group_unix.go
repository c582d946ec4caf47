//go:build unix

package platform

import "syscall"

// ownGroup keeps a terminal's signals, which are for this process, from a child.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
