//go:build unix

package durable

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

const mode = 0o600

func writeFile(path string, data []byte) error {
	err := renameio.WriteFile(path, data, mode, renameio.WithTempDir(filepath.Dir(path)), renameio.WithStaticPermissions(mode))
	if err != nil {
		return err
	}
	return syncFolder(path)
}

func rename(from, to string) error { return os.Rename(from, to) }

// patiently does op once: who reads a file here never stands in the way of who replaces
// it.
func patiently(op func() error) error { return op() }

// syncFolder has the folder of a file on disk, with the names in it.
func syncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
