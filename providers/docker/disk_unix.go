//go:build unix

package docker

import "golang.org/x/sys/unix"

// freeBytes is how much of the disk under a folder is free for any user; known is false
// if the folder is not on this computer, but in a virtual machine, or can't be seen.
func freeBytes(folder string) (free uint64, known bool) {
	var disk unix.Statfs_t
	if err := unix.Statfs(folder, &disk); err != nil {
		return 0, false
	}
	return disk.Bavail * uint64(disk.Bsize), true //nolint:gosec // a block has a size above zero
}
