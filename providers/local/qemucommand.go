package local

import (
	"fmt"
	"strconv"
	"strings"
)

// processor is how a machine's processor is provided.
type processor string

const (
	// kvm and hvf run the guest on this computer's processor.
	kvm processor = "kvm"
	hvf processor = "hvf"
	// emulated is a processor in software, about ten times as slow.
	emulated processor = "tcg"
)

// architecture is what differs between the kinds of computers.
type architecture struct {
	// program runs a machine of this kind, and pkg is Debian's package of it.
	program, pkg string
	machine      string
	// serial is the guest kernel's name of its first serial port.
	serial string
	// emulated is the model of an emulated processor.
	emulated string
	// firmware is the file that starts a disk's boot loader; empty is QEMU's own.
	firmware string
}

// architectures are the kinds of computers that the engine knows, by Debian's
// names.
//
// The emulated amd64 processor lacks some features. QEMU 7 computes the flags of
// cmpxchg16b wrongly, so that a kernel that uses it crashes sooner or later. Five
// levels of page tables, wide registers and string moves make a real processor
// faster and an emulated one slower: without them a boot takes a fifth less.
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

// virtual is the hardware that QEMU gives a machine.
type virtual struct {
	architecture
	processor processor
	// direct is the folder with the kernel to boot; empty if the disk has a boot
	// loader.
	direct string
	// cpus is how many processors the machine has.
	cpus int
	// confined is set if QEMU must not start programs or gain rights.
	confined bool
}

// memory is a machine's memory in MiB: as much as a small rented server has.
const memory = 1024

// command is the call of QEMU that powers the machine on; it ends when the machine
// is off.
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

// bootFlags boot the kernel that lies beside the disk, or else the disk's boot
// loader. A kernel that panics reboots after ten seconds, as on a server.
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

// network is QEMU's own network, which needs no rights and no change of this
// computer's. It has no IPv6: what a machine could reach by it would depend on this
// computer's network.
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
