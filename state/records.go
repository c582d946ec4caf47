package state

import (
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
)

// sideBySide is how many records are read at the same time: a read is mostly waiting.
const sideBySide = 8

// Kept is a deployment's record, or why it can't be read.
type Kept struct {
	Name   string
	Record Record
	Err    error
}

// Records reads the records of all deployments, sorted by name, as Names and Read do one
// by one.
func (h Home) Records() ([]Kept, error) {
	if err := h.settle(); err != nil {
		return nil, err
	}
	names, err := h.folders()
	all := make([]Kept, len(names))
	var next atomic.Int64
	var readers sync.WaitGroup
	for range min(sideBySide, len(names)) {
		readers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(names); i = int(next.Add(1)) - 1 {
				record, err := readFile(filepath.Join(h.Folder(names[i]), fileName))
				all[i] = Kept{names[i], record, err}
			}
		})
	}
	readers.Wait()
	// A folder without a record is that of a run which saved none.
	return slices.DeleteFunc(all, func(k Kept) bool { return errors.Is(k.Err, ErrUnknown) && !h.has(k.Name) }), err
}
