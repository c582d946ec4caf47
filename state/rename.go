package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"slipway/state/durable"
	"slipway/state/regular"
)

const (
	// journalName is the file in a home that says which deployments are about to get
	// another name. As long as it is there, whoever reads a deployment finishes that first.
	journalName = ".renames.json"
	// journalLock is held by whoever finishes it.
	journalLock = ".renames.lock"
)

// Renaming gives a deployment another name on this computer. What its server calls it stays.
type Renaming struct{ From, To string }

// renaming is a Renaming as the journal has it. A folder's tag tells which deployment it is
// of, whatever its name is by then.
type renaming struct {
	From string `json:"from"`
	To   string `json:"to"`
	Tag  string `json:"tag"`
	// OnServer is what its server calls it.
	OnServer string `json:"on_server"`
}

// Rename gives deployments other names, in order: all of them, or none. What is intended is
// on disk first, so that a run that is killed midway is finished by whoever reads a
// deployment next. A new name must be free once those before it were done. The error is a
// *Held if another run holds one of them.
func (h Home) Rename(now time.Time, all ...Renaming) error {
	if err := h.settle(); err != nil {
		return err
	}
	steps, err := h.prepare(now, all)
	if err != nil {
		return err
	}
	return h.finishRenames(steps)
}

// prepare holds all the deployments while it writes the journal, so that no run works on one
// of them under its old name.
func (h Home) prepare(now time.Time, all []Renaming) (_ []renaming, err error) {
	var steps []renaming
	taken := map[string]bool{}
	for _, r := range all {
		d, openErr := h.Open(r.From, now)
		if openErr != nil {
			return nil, openErr
		}
		defer func() { err = errors.Join(err, d.Close()) }()
		record := d.Record()
		if !h.Exists(r.From) {
			return nil, fmt.Errorf("rename %s: %w", r.From, ErrUnknown)
		}
		if _, inTheWay := os.Lstat(h.Folder(r.To)); inTheWay == nil && !taken[r.To] {
			return nil, fmt.Errorf("rename %s to %s: there is a deployment of that name", r.From, r.To)
		}
		taken[r.From], taken[r.To] = true, false
		steps = append(steps, renaming{From: r.From, To: r.To, Tag: record.Tag, OnServer: record.ServerName()})
	}
	text, err := json.MarshalIndent(steps, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := durable.WriteFile(filepath.Join(h.Dir, journalName), append(text, '\n')); err != nil {
		return nil, unwritable(h.Dir, err)
	}
	return steps, nil
}

// renaming tells whether a journal is there.
func (h Home) renaming() bool {
	_, err := os.Lstat(filepath.Join(h.Dir, journalName))
	return err == nil
}

// settle finishes what a run that was killed left of its renames.
func (h Home) settle() error {
	if !h.renaming() {
		return nil
	}
	return h.finishRenames(nil)
}

// finishRenames does what the journal says, whatever of it was done, and removes it.
func (h Home) finishRenames(steps []renaming) error {
	held := flock.New(filepath.Join(h.Dir, journalLock), flock.SetPermissions(0o600))
	if err := held.Lock(); err != nil {
		return unwritable(h.Dir, err)
	}
	defer held.Unlock() //nolint:errcheck // the process's end gives it back too
	path := filepath.Join(h.Dir, journalName)
	text, err := durable.Read(path, regular.Large)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // another run has finished it meanwhile
	}
	if err == nil && steps == nil {
		err = json.Unmarshal(text, &steps)
	}
	if err != nil {
		return fmt.Errorf("read which deployments get other names, in %s: %w", path, err)
	}
	for _, step := range steps {
		if err := h.finishRename(step); err != nil {
			return err
		}
	}
	if err := os.Remove(path); err != nil {
		return unwritable(h.Dir, err)
	}
	return nil
}

// finishRename has one deployment's folder and record bear the new name. One that is there
// under neither name was removed meanwhile.
func (h Home) finishRename(step renaming) error {
	from, to := h.Folder(step.From), h.Folder(step.To)
	record, err := readFile(filepath.Join(to, fileName))
	if err != nil || record.Tag != step.Tag {
		record, err = readFile(filepath.Join(from, fileName))
		if errors.Is(err, ErrUnknown) || err == nil && record.Tag != step.Tag {
			return nil
		}
		if err != nil {
			return err
		}
		h.clear(step.To)
		if err := durable.Rename(from, to); err != nil {
			return unwritable(h.Dir, err)
		}
	}
	if record.Name == step.To {
		return nil
	}
	record.Name, record.OnServer = step.To, step.OnServer
	if _, ok := record.Settings["name"]; ok {
		record.Settings["name"] = step.To
	}
	if record.OnServer == record.Name {
		record.OnServer = ""
	}
	return writeFile(to, record)
}

// clear removes what a run that waits for a name made under it: a folder with a lock.
func (h Home) clear(name string) {
	dir := h.Folder(name)
	if h.has(name) {
		return
	}
	for _, path := range []string{filepath.Join(dir, lockName), filepath.Join(dir, holderName), dir} {
		os.Remove(path) // what can't be removed is in the way of the rename, which says so
	}
}
