package local

import "slices"

// The files of a base image for virtual machines: a disk, and, if the disk has no
// boot loader, the kernel and its initramfs.
const (
	rawDisk    = "disk.raw"
	qcowDisk   = "disk.qcow2"
	kernelFile = "vmlinuz"
	initrdFile = "initrd.img"
	rootLabel  = "root"
	// diskSize is the size that a machine sees; its file grows with what is written.
	diskSize = 10 << 30
)

// leanInitramfs is run before the kernel is installed. The initramfs then has only
// the drivers that are needed to read QEMU's disk: a tenth of all, which an emulated
// processor unpacks in a tenth of the time.
const leanInitramfs = `mkdir -p "$1"/etc/initramfs-tools/conf.d "$1"/usr/share/initramfs-tools/modules.d && ` +
	`echo MODULES=list >"$1"/etc/initramfs-tools/conf.d/virtual-machine && ` +
	`printf '%s\n' virtio_pci virtio_blk ext4 crc32c crc32c_generic >"$1"/usr/share/initramfs-tools/modules.d/virtual-machine`

// enableNetwork is for virtual machines, which ask for their address themselves; a
// container's network is set up from outside.
const enableNetwork = `chroot "$1" systemctl --quiet enable systemd-networkd`

// fillDisk makes a file system with the tree's files. It writes all of its tables
// now: else the machine's kernel would do that in its first minutes.
func fillDisk(disk, tree string) []string {
	return []string{
		"mke2fs", "-q", "-t", "ext4", "-L", rootLabel, "-E", "lazy_itable_init=0,lazy_journal_init=0",
		"-d", tree, disk, "10G",
	}
}

// seedImage packs the first boot's data into a disk with the label by which
// cloud-init finds it.
func seedImage(program, to, folder string) []string {
	return []string{
		program, "-quiet", "-output", to, "-volid", "cidata", "-joliet", "-rational-rock",
		folder + "/meta-data", folder + "/user-data",
	}
}

// overlayDisk makes a disk that holds what differs from base. With an empty size it
// is as large as base.
func overlayDisk(disk, base, format, size string) []string {
	argv := []string{"qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", format, disk}
	if size != "" {
		argv = slices.Concat(argv, []string{size})
	}
	return argv
}
