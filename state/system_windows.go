package state

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// remove gives the lock back and removes its file, and the folder if nothing else is in
// it. Windows removes no file that a process has open: the lock has to be free before,
// and if another run has it by then, the file stays.
func (l *lock) remove(dir string) error {
	if err := l.release(); err != nil {
		return err
	}
	os.Remove(filepath.Join(dir, lockName))
	os.Remove(dir)
	return nil
}

// full tells whether an error says that the disk, or the user's part of it, is full.
func full(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) || errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// own is the folder that the system has for what programs keep for the user on this
// computer alone; empty if it names none. Other users can't read it.
func own(getenv func(string) string) string { return getenv("LOCALAPPDATA") }
