//go:build unix

package docker

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// groupOf is the name of the group that may use a socket; "" if it has none or can't be
// found out.
func groupOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	const groupWrites = 0o020
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || info.Mode().Perm()&groupWrites == 0 {
		return ""
	}
	group, err := user.LookupGroupId(strconv.Itoa(int(owner.Gid)))
	if err != nil {
		return ""
	}
	return group.Name
}
