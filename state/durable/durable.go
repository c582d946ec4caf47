// Package durable replaces files of the operator's computer so that a crash at any
// instant leaves the old file or the new one, whole: a write returns once the new one is
// on disk under its name. How that is done is each system's own.
package durable

import (
	"context"

	"slipway/state/regular"
)

// WriteFile replaces a file, or makes it, for its owner alone: on Windows, where a mode
// does not say who may read a file, its folder must do that. What it writes goes first
// into another file of the same folder, whose name begins with a dot.
func WriteFile(path string, data []byte) error { return writeFile(path, data) }

// Rename gives a file another name in the same folder, and replaces what had that name.
func Rename(from, to string) error {
	if err := patiently(func() error { return rename(from, to) }); err != nil {
		return err
	}
	return syncFolder(to)
}

// Read is [regular.Read] for a file that another process may be replacing.
func Read(path string, limit int64) (data []byte, err error) {
	err = patiently(func() error {
		data, err = regular.Read(context.Background(), path, limit)
		return err
	})
	return data, err
}
