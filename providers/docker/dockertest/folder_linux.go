package dockertest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
)

// folderName begins the names of folders for what engines keep.
const folderName = "slipway-engine-"

// ownFolder makes a folder for what engines keep. Until release is called, or this
// process ends, others can tell that it is used.
func ownFolder() (folder string, release func() error, err error) {
	// Under this name nobody takes it for one that is left.
	made, err := os.MkdirTemp("", "."+folderName)
	if err != nil {
		return "", nil, err
	}
	lock := flock.New(filepath.Join(made, lockName))
	if _, err := lock.TryLock(); err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(made))
	}
	folder = filepath.Join(filepath.Dir(made), strings.TrimPrefix(filepath.Base(made), "."))
	if err := errors.Join(os.Chmod(made, 0o711), os.Rename(made, folder)); err != nil {
		return "", nil, errors.Join(err, lock.Close(), os.RemoveAll(made))
	}
	return folder, lock.Close, nil
}

// lockName is the file in a folder that is locked while it is used.
const lockName = "lock"

// sweep removes what processes that were killed have left.
func sweep() {
	folders, err := filepath.Glob(filepath.Join(os.TempDir(), folderName+"*"))
	if err != nil {
		return
	}
	for _, folder := range folders {
		if _, err := os.Stat(filepath.Join(folder, lockName)); err != nil {
			continue
		}
		lock := flock.New(filepath.Join(folder, lockName))
		if held, err := lock.TryLock(); held && err == nil {
			_ = remove(folder)
		}
		_ = lock.Close()
	}
}

// remove removes a folder and the control groups of its engines.
func remove(folder string) error { return errors.Join(os.RemoveAll(folder), removeGroups(folder)) }

// cgroup is the name of the control group that holds the containers of this copy's
// engines: the folders outlive the namespaces.
func cgroup(folder string) string { return filepath.Base(folder) }

// removeGroups removes the control groups of containers that are gone.
func removeGroups(folder string) error {
	roots, err := filepath.Glob("/sys/fs/cgroup/*/" + cgroup(folder))
	if err != nil {
		return err
	}
	for _, root := range append(roots, filepath.Join("/sys/fs/cgroup", cgroup(folder))) {
		var groups []string
		_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				groups = append(groups, path)
			}
			return nil
		})
		for _, group := range slices.Backward(groups) {
			if err := os.Remove(group); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}
