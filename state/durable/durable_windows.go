package durable

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/sys/windows"
)

func writeFile(path string, data []byte) error {
	next, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path))
	if err != nil {
		return err
	}
	defer os.Remove(next.Name()) // it is gone once it has its name
	if _, err = next.Write(data); err == nil {
		err = next.Sync()
	}
	if err := errors.Join(err, next.Close()); err != nil {
		return err
	}
	return Rename(next.Name(), path)
}

// rename returns once the new name is on disk, which [os.Rename] does not.
func rename(from, to string) error {
	old, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return err
	}
	name, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return err
	}
	if err := windows.MoveFileEx(old, name, windows.MOVEFILE_REPLACE_EXISTING|windows.MOVEFILE_WRITE_THROUGH); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

// patience is how long a file that another process has open is waited for.
const patience = 2 * time.Second

// patiently does op again while another process has the file open: Windows neither
// replaces nor opens it then. A run that reads a record, or a scanner for viruses, has
// it for an instant.
func patiently(op func() error) error {
	every := backoff.NewExponentialBackOff()
	every.InitialInterval, every.MaxInterval = time.Millisecond, 20*time.Millisecond
	_, err := backoff.Retry(context.Background(), func() (struct{}, error) {
		err := op()
		if err != nil && !errors.Is(err, windows.ERROR_ACCESS_DENIED) && !errors.Is(err, windows.ERROR_SHARING_VIOLATION) {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(every), backoff.WithMaxElapsedTime(patience))
	return err
}

// syncFolder has nothing to do: rename waits for the disk already.
func syncFolder(string) error { return nil }
