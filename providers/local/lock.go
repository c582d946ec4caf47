//go:build !windows

package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// held tells whether any process holds a lock.
func held(path string) (bool, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	err = unix.Flock(int(file.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}

// take takes the lock of a machine for its QEMU. It tries for a second, because held takes it for an instant.
func take(ctx context.Context, path string) (*os.File, error) {
	lock, err := lockWithin(ctx, path, time.Second)
	if err != nil {
		return nil, fmt.Errorf("another QEMU has this machine: %w", err)
	}
	return lock, nil
}

// lockWithin takes a lock that is free within the limit. It is held until the file is closed
// here and in all processes that inherited it.
func lockWithin(ctx context.Context, path string, limit time.Duration) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = retry(ctx, limit, func() error { return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) })
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
