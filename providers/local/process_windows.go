package local

import (
	"context"
	"os"
)

// QEMU inherits the lock of its machine, which no process can on Windows: the engine
// qemu refuses before it starts anything.

func launchQEMU(context.Context, layout, []string, *os.File) error { return administers() }

func take(context.Context, string) (*os.File, error) { return nil, administers() }

func held(string) (bool, error) { return false, nil }

func killProcess(int, string) error { return administers() }

func realProcessor() processor { return "" }

// arm64Firmware starts the boot loader of a disk.
const arm64Firmware = "edk2-aarch64-code.fd"
