//go:build unix

package state

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// remove removes the lock's file, and the folder if nothing else is in it, and gives the
// lock back. The file goes first: once the lock is free it may be another run's. If it
// stays, it is no deployment.
func (l *lock) remove(dir string) error {
	os.Remove(filepath.Join(dir, lockName))
	os.Remove(dir)
	return l.release()
}

// full tells whether an error says that the disk, or the user's part of it, is full.
func full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// own is the folder that the system has for what programs keep for the user; empty if
// the XDG base directories say it all.
func own(func(string) string) string { return "" }
