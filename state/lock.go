package state

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"slipway/state/regular"
)

const lockName = "lock"

// holder is what a run writes into the lock file, so that a run that is refused can
// name it.
type holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// lock is an flock(2): the kernel releases it when its process dies, so the next
// run can take it.
type lock struct{ file *flock.Flock }

func takeLock(dir, name string, now time.Time) (*lock, error) {
	path := filepath.Join(dir, lockName)
	for {
		file := flock.New(path, flock.SetPermissions(0o600))
		ok, err := file.TryLock()
		if err != nil {
			return nil, unwritable(dir, err)
		}
		if !ok {
			return nil, held(path, name)
		}
		same, err := stillThere(file, path)
		if err != nil {
			return nil, errors.Join(unwritable(dir, err), file.Unlock())
		}
		if same {
			return &lock{file: file}, announce(path, now)
		}
		// The run that held it removed the deployment meanwhile.
		if err := file.Unlock(); err != nil {
			return nil, unwritable(dir, err)
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, unwritable(dir, err)
		}
	}
}

// stillThere tells whether the path still names the file that was locked.
func stillThere(file *flock.Flock, path string) (bool, error) {
	mine, err := file.Stat()
	if err != nil {
		return false, err
	}
	now, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return os.SameFile(mine, now), nil
}

// announce writes who holds the lock. It writes in place: a rename would put
// another file, which is not locked, under the path.
func announce(path string, now time.Time) error {
	host, err := os.Hostname()
	if err != nil {
		host = "this computer"
	}
	data, err := json.Marshal(holder{PID: os.Getpid(), Host: host, Since: now.UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, append(data, '\n'), 0o600); err != nil {
		return unwritable(filepath.Dir(path), err)
	}
	return nil
}

// held is the error for a lock that another run has.
func held(path, name string) error {
	e := &Held{Name: name}
	var h holder
	data, err := regular.Read(context.Background(), path, regular.Large)
	if err != nil || json.Unmarshal(data, &h) != nil {
		return e
	}
	e.PID, e.Host, e.Since = h.PID, h.Host, h.Since
	return e
}

func (l *lock) release() error { return l.file.Unlock() }
