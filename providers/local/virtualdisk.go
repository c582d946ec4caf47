package local

import "slices"

// What a base image for virtual machines consists of: a disk, and beside it the
// kernel and its first programs if the disk has no boot loader.
const (
	rawDisk    = "disk.raw"
	qcowDisk   = "disk.qcow2"
	kernelFile = "vmlinuz"
	initrdFile = "initrd.img"
	rootLabel  = "root"
	// diskSize is what a machine sees: it takes up only what is written to it.
	diskSize = 10 << 30
)

// leanInitramfs is run before the kernel is installed: all that must be loaded
// before the disk can be read are the drivers of QEMU's own devices. A tenth of
// the drivers is also unpacked in a tenth of the time on an emulated processor.
const leanInitramfs = `mkdir -p "$1"/etc/initramfs-tools/conf.d "$1"/usr/share/initramfs-tools/modules.d && ` +
	`echo MODULES=list >"$1"/etc/initramfs-tools/conf.d/virtual-machine && ` +
	`printf '%s\n' virtio_pci virtio_blk ext4 crc32c crc32c_generic >"$1"/usr/share/initramfs-tools/modules.d/virtual-machine`

// enableNetwork: a container's network is made from outside, a virtual machine
// asks for its address itself.
const enableNetwork = `chroot "$1" systemctl --quiet enable systemd-networkd`

// fillDisk makes a file system of the tree's files. All of it is laid out here:
// else the machine's kernel would do that in its first minutes.
func fillDisk(disk, tree string) []string {
	return []string{
		"mke2fs", "-q", "-t", "ext4", "-L", rootLabel, "-E", "lazy_itable_init=0,lazy_journal_init=0",
		"-d", tree, disk, "10G",
	}
}

// seedImage packs the first boot's data as cloud-init looks for it: on a disk
// with that label.
func seedImage(program, to, folder string) []string {
	return []string{
		program, "-quiet", "-output", to, "-volid", "cidata", "-joliet", "-rational-rock",
		folder + "/meta-data", folder + "/user-data",
	}
}

// overlayDisk makes a disk that holds what differs from base. With a size of 0
// it is as large as base.
func overlayDisk(disk, base, format, size string) []string {
	argv := []string{"qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", format, disk}
	if size != "" {
		argv = slices.Concat(argv, []string{size})
	}
	return argv
}
