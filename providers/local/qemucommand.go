package local

import (
	"fmt"
	"strconv"
	"strings"
)

// processor is what a machine's processor is made of.
type processor string

const (
	// kvm and hvf run the guest on this computer's processor.
	kvm processor = "kvm"
	hvf processor = "hvf"
	// emulated computes what a processor would do, about ten times as slowly.
	emulated processor = "tcg"
)

// architecture is what differs between the kinds of computers.
type architecture struct {
	// program runs a machine of this kind, and pkg is Debian's package of it.
	program, pkg string
	machine      string
	// serial is how the guest's kernel calls its first serial port.
	serial string
	// emulated is the processor where it must be emulated.
	emulated string
	// firmware is what starts a disk's own boot loader; empty is QEMU's own.
	firmware string
}

// architectures are the kinds of computers that the engine knows, by Debian's
// names. QEMU 7 computes cmpxchg16b's flags wrongly, so that a kernel that uses
// it dies sooner or later; kernels do without. The others are what a real
// processor gains by and an emulated one loses by: a boot takes a fifth less
// without five levels of page tables, wide registers and string moves.
var architectures = map[string]architecture{
	"amd64": {
		program: "qemu-system-x86_64", pkg: "qemu-system-x86", machine: "q35",
		serial: "ttyS0", emulated: "max,cx16=off,la57=off,avx=off,avx2=off,f16c=off,fma=off,erms=off",
	},
	"arm64": {
		program: "qemu-system-aarch64", pkg: "qemu-system-arm", machine: "virt",
		serial: "ttyAMA0", emulated: "max,pauth-impdef=on", firmware: arm64Firmware,
	},
}

// virtual is a machine as QEMU is to run it.
type virtual struct {
	architecture
	processor processor
	// direct is the folder with the kernel to boot, or empty if the disk has a
	// boot loader.
	direct string
	// cpus is how many processors it has.
	cpus int
	// confined: QEMU may start no programs and take no rights.
	confined bool
}

// memory is what a machine has, in MiB: as much as a small rented server.
const memory = 1024

// command is the QEMU call that powers the machine on and ends when it is off.
func (v virtual) command(l layout, forwards []forward) []string {
	argv := []string{
		v.program, "-name", l.id, "-nodefaults", "-no-user-config", "-display", "none",
		"-machine", v.machine, "-m", strconv.Itoa(memory), "-smp", strconv.Itoa(v.cpus),
	}
	argv = append(argv, v.processorFlags()...)
	argv = append(argv, v.bootFlags()...)
	argv = append(argv,
		"-blockdev", "driver=file,node-name=file,discard=unmap,filename="+comma(l.disk()),
		"-blockdev", "driver=qcow2,node-name=disk,discard=unmap,file=file",
		"-device", "virtio-blk-pci,drive=disk",
		"-blockdev", "driver=raw,node-name=seed,read-only=on,file.driver=file,file.filename="+comma(l.seed()),
		"-device", "virtio-blk-pci,drive=seed",
		"-netdev", network(forwards), "-device", "virtio-net-pci,netdev=net,romfile=",
		"-device", "virtio-rng-pci",
		"-chardev", "file,id=console,append=on,path="+comma(l.console()), "-serial", "chardev:console",
		"-chardev", "socket,id=control,server=on,wait=off,path="+comma(l.qmp()), "-mon", "chardev=control,mode=control",
		"-pidfile", l.pidfile(),
	)
	if v.confined {
		argv = append(argv, "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny")
	}
	return argv
}

func (v virtual) processorFlags() []string {
	if v.processor == emulated {
		return []string{"-accel", "tcg,thread=multi", "-cpu", v.emulated}
	}
	return []string{"-accel", string(v.processor), "-cpu", "host"}
}

// bootFlags start the kernel that lies beside the disk, or the disk's own. A
// kernel that has died starts again, as a server's would be started again.
func (v virtual) bootFlags() []string {
	switch {
	case v.direct != "":
		return []string{
			"-kernel", v.direct + "/" + kernelFile, "-initrd", v.direct + "/" + initrdFile,
			"-append", "root=LABEL=" + rootLabel + " rw panic=10 systemd.show_status=yes quiet console=" + v.serial,
		}
	case v.firmware != "":
		return []string{"-bios", v.firmware}
	}
	return nil
}

// network is QEMU's own: no rights and no change to this computer's network. It
// has no IPv6, for what it would reach by that depends on this computer's.
func network(forwards []forward) string {
	var b strings.Builder
	b.WriteString("user,id=net,ipv6=off,dns=" + guestResolver)
	for _, f := range forwards {
		fmt.Fprintf(&b, ",hostfwd=tcp:%s:%d-:%d", f.Address, f.Port, f.Guest)
	}
	return b.String()
}

// comma doubles the commas in a value among QEMU's options.
func comma(value string) string { return strings.ReplaceAll(value, ",", ",,") }
