package state

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"slipway/state/durable"
	"slipway/state/regular"
)

const (
	lockName   = "lock"
	holderName = "holder.json"
)

// holder is what a run writes beside the lock file, so that a run that is refused can
// name it: on Windows nobody else can read a file that is locked.
type holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// lock is an flock(2), and a LockFileEx on Windows: the kernel releases it when its
// process dies, so the next run can take it.
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
			return nil, heldBy(dir, name)
		}
		same, err := stillThere(file, path)
		if err != nil {
			return nil, errors.Join(unwritable(dir, err), file.Unlock())
		}
		if same {
			taken := &lock{file: file}
			if err := announce(dir, now); err != nil {
				return nil, errors.Join(err, taken.release())
			}
			return taken, nil
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

// announce writes who holds the lock.
func announce(dir string, now time.Time) error {
	host, err := os.Hostname()
	if err != nil {
		host = "this computer"
	}
	data, err := json.Marshal(holder{PID: os.Getpid(), Host: host, Since: now.UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	if err := durable.WriteFile(filepath.Join(dir, holderName), append(data, '\n')); err != nil {
		return unwritable(dir, err)
	}
	return nil
}

// heldBy is the error for a lock that another run has.
func heldBy(dir, name string) error {
	e := &Held{Name: name}
	var h holder
	data, err := durable.Read(filepath.Join(dir, holderName), regular.Large)
	if err != nil || json.Unmarshal(data, &h) != nil {
		return e
	}
	e.PID, e.Host, e.Since = h.PID, h.Host, h.Since
	return e
}

func (l *lock) held() bool { return l.file.Locked() }

func (l *lock) release() error { return l.file.Unlock() }
