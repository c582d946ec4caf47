package state

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"slipway/state/durable"
	"slipway/state/regular"
)

// Deployment is a record that this process holds: no other run can open it until
// Close. Its methods are safe for concurrent use.
type Deployment struct {
	dir  string
	lock *lock

	mu     sync.Mutex
	record Record
}

// Open takes the deployment's lock and reads its record, or makes a new record
// with a new tag, which only Update saves. The error is a *Held if another run
// holds the deployment, a *Damaged if the record can't be trusted, an *Unwritable
// if the folder can't be written to.
func (h Home) Open(name string, now time.Time) (*Deployment, error) {
	dir := h.Folder(name)
	l, err := h.take(name, now)
	if err != nil {
		return nil, err
	}
	record, err := readFile(filepath.Join(dir, fileName))
	if errors.Is(err, ErrUnknown) {
		record = Record{Name: name, Tag: NewTag(name), Created: now.UTC().Truncate(time.Second)}
		err = nil
	}
	if err != nil {
		return nil, errors.Join(err, l.release())
	}
	return &Deployment{dir: dir, lock: l, record: record}, nil
}

// take takes the lock of a deployment that is not about to get another name.
func (h Home) take(name string, now time.Time) (*lock, error) {
	dir := h.Folder(name)
	for {
		if err := h.settle(); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, unwritable(dir, err)
		}
		l, err := takeLock(dir, name, now)
		if err != nil {
			return nil, err
		}
		// In this order: without a journal, a rename is over or can't begin any more.
		renaming := h.renaming()
		same, err := stillThere(l.file, filepath.Join(dir, lockName))
		if err == nil && same && !renaming {
			return l, nil
		}
		if err := errors.Join(err, l.release()); err != nil {
			return nil, unwritable(dir, err)
		}
	}
}

// NewTag makes a tag that no other deployment has, on any computer.
func NewTag(name string) string {
	id := make([]byte, 6)
	rand.Read(id) // never fails, as its documentation says
	return "slipway-" + name + "-" + hex.EncodeToString(id)
}

// Dir is the deployment's own folder, 0700.
func (d *Deployment) Dir() string { return d.dir }

// Record returns a copy of the record.
func (d *Deployment) Record() Record {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.record.clone()
}

// Update changes the record and returns once the change is on disk. If the change
// can't be saved, the record stays as it was.
func (d *Deployment) Update(change func(*Record)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	next := d.record.clone()
	change(&next)
	if err := writeFile(d.dir, next); err != nil {
		return err
	}
	d.record = next
	return nil
}

// WriteSecret keeps a secret, such as a private key, in a 0600 file of its own
// and returns once it is on disk.
func (d *Deployment) WriteSecret(name string, data []byte) error {
	if err := durable.WriteFile(filepath.Join(d.dir, name), data); err != nil {
		return unwritable(d.dir, err)
	}
	return nil
}

// ReadSecret reads what WriteSecret kept. The error wraps fs.ErrNotExist if there
// is none.
func (d *Deployment) ReadSecret(name string) ([]byte, error) {
	data, err := durable.Read(filepath.Join(d.dir, name), regular.Large)
	if err != nil {
		return nil, fmt.Errorf("read the deployment's files: %w", err)
	}
	return data, nil
}

// RemoveSecret removes what WriteSecret kept; if there is none, that is no error.
func (d *Deployment) RemoveSecret(name string) error {
	if err := os.Remove(filepath.Join(d.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the deployment's files: %w", err)
	}
	return nil
}

// Close gives the lock back. It also removes the folder if no record was ever saved
// and nothing else is in it. After Remove it does nothing.
func (d *Deployment) Close() error {
	if !d.lock.held() {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(d.dir, fileName)); !errors.Is(err, fs.ErrNotExist) {
		return d.lock.release()
	}
	os.Remove(filepath.Join(d.dir, holderName))
	return d.lock.remove(d.dir)
}

// Remove removes the deployment's record and folder and gives the lock back. The
// record goes first, so that a crash leaves nothing that looks like a deployment.
func (d *Deployment) Remove() error {
	for _, name := range []string{fileName, lastGoodName} {
		if err := os.Remove(filepath.Join(d.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(fmt.Errorf("forget the deployment: %w", err), d.lock.release())
		}
	}
	entries, err := os.ReadDir(d.dir)
	for _, e := range entries {
		if e.Name() != lockName {
			err = errors.Join(err, os.RemoveAll(filepath.Join(d.dir, e.Name())))
		}
	}
	if err != nil {
		return errors.Join(err, d.lock.release())
	}
	return d.lock.remove(d.dir)
}
