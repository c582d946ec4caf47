package local

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
)

// runRoot is the folder for what does not outlive a boot of this computer. For
// other users than root it is among the caches, where a socket's path is short
// enough.
func runRoot() string {
	if os.Geteuid() == 0 && runtime.GOOS == "linux" {
		return "/run/slipway"
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "slipway", "run")
}

// layout is where everything of one machine is. All places follow from the
// deployment's folder and tag.
type layout struct {
	// id names the machine, its network namespace and its control group.
	id string
	// dir holds what outlives a boot of this computer: record, disk, logs.
	dir string
	// run holds the mount point, the lock and the sockets. A socket's path may have
	// no more than 108 bytes, so they can't be below dir.
	run string
}

func layoutFor(dir, tag string) layout {
	id := machineID(tag)
	return layout{id: id, dir: filepath.Join(dir, "machine"), run: filepath.Join(runRoot(), id)}
}

func (l layout) record() string     { return filepath.Join(l.dir, "machine.json") }
func (l layout) upper() string      { return filepath.Join(l.dir, "disk") }
func (l layout) work() string       { return filepath.Join(l.dir, "work") }
func (l layout) console() string    { return filepath.Join(l.dir, "console.log") }
func (l layout) networkLog() string { return filepath.Join(l.dir, "network.log") }
func (l layout) root() string       { return filepath.Join(l.run, "root") }
func (l layout) socket() string     { return filepath.Join(l.run, "api.sock") }
func (l layout) disk() string       { return filepath.Join(l.dir, "disk.qcow2") }
func (l layout) seed() string       { return filepath.Join(l.dir, "seed.iso") }
func (l layout) qemuLog() string    { return filepath.Join(l.dir, "qemu.log") }
func (l layout) commands() string   { return filepath.Join(l.dir, "commands.lock") }
func (l layout) lock() string       { return filepath.Join(l.run, "lock") }
func (l layout) pidfile() string    { return filepath.Join(l.run, "pid") }
func (l layout) qmp() string        { return filepath.Join(l.run, "qmp.sock") }
func (l layout) netns() string      { return filepath.Join("/run/netns", l.id) }

// shortTag is a tag that can be a host name and is short enough for a path.
var shortTag = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,46}[a-z0-9]$`)

// machineID is the tag itself, which people recognise in the lists of other
// programs, if it can be a name there; else a name made of the tag's hash.
func machineID(tag string) string {
	if shortTag.MatchString(tag) {
		return tag
	}
	sum := sha256.Sum256([]byte(tag))
	return "slipway-" + hex.EncodeToString(sum[:8])
}

// makeFolder makes a folder of that mode, whatever the operator's umask is, with those
// above it. Whoever ends the last machine of a computer removes the folder of all
// machines, at any instant: then it is made again. An attempt fails only if a machine
// ended during it, so that a hundred are more than there are machines to end.
func makeFolder(dir string, mode fs.FileMode) error {
	var err error
	for range 100 {
		if err = os.MkdirAll(dir, mode); err == nil {
			err = os.Chmod(dir, mode)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return err
}

// makeFolders is makeFolder for all the folders below root on the way to dir that are
// not there yet: in a machine's tree, others than root pass through them.
func makeFolders(root, dir string, mode fs.FileMode) error {
	if _, err := os.Stat(dir); err == nil || dir == root {
		return err
	}
	if err := makeFolders(root, filepath.Dir(dir), mode); err != nil {
		return err
	}
	return makeFolder(dir, mode)
}
