package machines

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"slipway/providers/local"
)

// kernelShare is how much of the memory that a droplet is sold with it tells of, in
// percent: its kernel keeps the rest for itself.
const kernelShare = 92

// memoryUnit has a machine tell of its droplet's memory instead of this computer's, whose
// kernel it shares. It lies beside the system's own units, not where an owner's are.
const (
	memoryUnit = `[Unit]
Description=the memory of a droplet of this size
DefaultDependencies=no
Before=sysinit.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/mount --bind /usr/lib/droplet/meminfo /proc/meminfo
`
	unitName     = "droplet-memory.service"
	unitsFolder  = "usr/lib/systemd/system"
	memoryFolder = "usr/lib/droplet"
)

// size gives a machine that is off the memory of its droplet's size, from its next boot
// on. It tells of that memory, by which everything on it is measured; the kernel does not
// hold it to it.
func (m *Machines) size(id, megabytes int) error {
	if megabytes == 0 {
		return nil
	}
	disk := filepath.Join(m.folder(id), "machine", "disk")
	wants := filepath.Join(disk, unitsFolder, "sysinit.target.wants")
	total := megabytes * 1024 * kernelShare / 100
	meminfo := fmt.Sprintf("MemTotal:       %8d kB\nMemFree:        %8d kB\nMemAvailable:   %8d kB\nBuffers:        %8d kB\nCached:         %8d kB\nSwapCached:            0 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n",
		total, total/4, total*6/10, total/20, total*3/10)
	said := filepath.Join(disk, memoryFolder, "meminfo")
	if before, err := os.ReadFile(said); err == nil && string(before) == meminfo {
		return nil // it may be running
	}
	link := filepath.Join(wants, unitName)
	err := errors.Join(makeFolders(disk, unitsFolder+"/sysinit.target.wants"), makeFolders(disk, memoryFolder))
	if err == nil {
		err = os.Remove(link)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return errors.Join(
		os.WriteFile(said, []byte(meminfo), 0o644),
		os.WriteFile(filepath.Join(disk, unitsFolder, unitName), []byte(memoryUnit), 0o644),
		os.Symlink("../"+unitName, link),
	)
}

// makeFolders makes a folder below root with those on the way to it, passable for
// everybody on the machine whatever this process's umask is.
func makeFolders(root, path string) error {
	at := root
	for name := range strings.SplitSeq(path, "/") {
		at = filepath.Join(at, name)
		if err := os.MkdirAll(at, 0o755); err != nil {
			return err
		}
		if err := os.Chmod(at, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// Stop shuts down the machine of a droplet and keeps its disk. Boot starts it again.
func (m *Machines) Stop(ctx context.Context, id int) error {
	m.isDown(id)
	p, err := local.New(local.Options{Dir: m.folder(id), Cache: m.Cache, Baked: m.Baked})
	if err == nil {
		err = p.Stop(ctx, m.spec(id))
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		m.Log("droplet %d does not shut down: %v", id, err)
		return err
	}
	m.Log("droplet %d is off", id)
	return err
}
