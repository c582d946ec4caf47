package local

import (
	"os"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// arm64Firmware starts the boot loader of a disk; its package is qemu-efi-aarch64.
const arm64Firmware = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"

// createVM is the ioctl that makes a virtual machine: KVM_CREATE_VM.
const createVM = 0xAE01

// realProcessor is kvm if the kernel can run a virtual machine, else empty. It is
// not enough that /dev/kvm exists and makes machines: some kernels have it on
// processors that can't run them, and fail at the first instructions.
func realProcessor() processor {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil || runtime.GOARCH == "amd64" && !virtualizes(string(text)) {
		return ""
	}
	device, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	if err != nil {
		return ""
	}
	defer device.Close()
	vm, err := unix.IoctlRetInt(int(device.Fd()), createVM)
	if err != nil {
		return ""
	}
	_ = unix.Close(vm)
	return kvm
}

// virtualizes finds Intel's or AMD's virtualisation in the text of /proc/cpuinfo.
func virtualizes(cpuinfo string) bool {
	for line := range strings.Lines(cpuinfo) {
		name, flags, _ := strings.Cut(line, ":")
		if strings.TrimSpace(name) != "flags" {
			continue
		}
		all := strings.Fields(flags)
		return slices.Contains(all, "vmx") || slices.Contains(all, "svm")
	}
	return false
}
