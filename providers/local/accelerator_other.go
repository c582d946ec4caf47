//go:build !linux && !windows

package local

import "golang.org/x/sys/unix"

// arm64Firmware starts the boot loader of a disk. It comes with QEMU, which finds it
// by its name.
const arm64Firmware = "edk2-aarch64-code.fd"

// realProcessor is hvf if macOS can run a virtual machine, else empty.
func realProcessor() processor {
	if able, err := unix.SysctlUint32("kern.hv_support"); err == nil && able == 1 {
		return hvf
	}
	return ""
}
