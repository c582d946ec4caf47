package repository

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"slipway/providers"
	"slipway/state/durable"
)

// folder is a repository's copy on this computer.
type folder string

// arriving begins the names of files that are not whole yet.
const arriving = ".arriving-"

// noted is the file of what is known of the copy. restic passes it over.
const noted = ".fetched.json"

// largestNote is how many bytes of it are read at most: thousands of backups.
const largestNote = 1 << 20

// Copied is what a folder of this computer has of a repository.
type Copied struct {
	// Time is when it was the same as the server's; zero if it never was.
	Time time.Time `json:"time"`
	// Snapshots are the identifiers of the backups in it, sorted.
	Snapshots []string `json:"snapshots"`
	// Owners are the tags of the deployments whose backups were fetched into it. Once there are
	// several, as after a restore onto another server, nothing is removed from it any more.
	Owners []string `json:"owners"`
}

// Has tells whether a backup is in the copy, by its identifier or the beginning of it.
func (c Copied) Has(snapshot string) bool {
	return len(snapshot) >= 8 && slices.ContainsFunc(c.Snapshots, func(id string) bool { return strings.HasPrefix(id, snapshot) })
}

// Last is what the last fetch into a folder noted; the zero value if there was none, or if it
// can't be read.
func Last(dir string) Copied {
	var known Copied
	data, err := durable.Read(folder(dir).path(noted), largestNote)
	if err != nil || json.Unmarshal(data, &known) != nil {
		return Copied{}
	}
	return known
}

func (f folder) note(known Copied) error {
	data, err := json.Marshal(known)
	if err == nil {
		err = durable.WriteFile(f.path(noted), data)
	}
	if err != nil {
		return f.unwritable(err)
	}
	return nil
}

func (f folder) path(name string) string { return filepath.Join(string(f), filepath.FromSlash(name)) }

// adopt makes the folder the copy of the repository that has this config. A folder that
// holds something else is refused.
func (f folder) adopt(wanted []byte) error {
	has, err := durable.Read(f.path(config), largestConfig)
	switch {
	case err == nil && bytes.Equal(has, wanted):
		return nil
	case err == nil:
		return &providers.Refused{
			Err:  fmt.Errorf("%s has the backups of another repository: of another deployment, or of a server that was made anew", f),
			Next: "move that folder away, or name another one with --backup-to local:PATH",
		}
	case !errors.Is(err, fs.ErrNotExist):
		return f.unwritable(err)
	}
	entries, err := os.ReadDir(string(f))
	if err != nil {
		return f.unwritable(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(order, e.Name()) {
			return &providers.Refused{
				Err:  fmt.Errorf("%s has other files, such as %s", f, e.Name()),
				Next: "name an empty folder with --backup-to local:PATH",
			}
		}
	}
	if err := durable.WriteFile(f.path(config), wanted); err != nil {
		return f.unwritable(err)
	}
	return nil
}

// lock has the folder to itself until unlock is called.
func (f folder) lock() (unlock func(), err error) {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return nil, f.unwritable(err)
	}
	held := flock.New(f.path(".lock"), flock.SetPermissions(0o600))
	ok, err := held.TryLock()
	if err != nil {
		return nil, f.unwritable(err)
	}
	if !ok {
		return nil, &providers.Failed{Err: fmt.Errorf("another run fetches backups into %s", f), Next: "wait until it ends, then: slipway backup fetch"}
	}
	return func() { _ = held.Unlock() }, nil // it ends with the process
}

// list lists the copy, and removes what a fetch that was killed left.
func (f folder) list() (listing, error) {
	found := listing{sizes: map[string]int64{}}
	for _, top := range order {
		err := filepath.WalkDir(f.path(top), func(at string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || e.IsDir() {
				return err
			}
			if strings.HasPrefix(e.Name(), arriving) {
				return os.Remove(at) //nolint:gosec // the folder is the operator's own
			}
			name, err := filepath.Rel(string(f), at)
			if name = filepath.ToSlash(name); err != nil || !isFile(name) || !e.Type().IsRegular() {
				return err
			}
			info, err := e.Info()
			if err == nil {
				found.sizes[name] = info.Size()
			}
			return err
		})
		if err != nil {
			return listing{}, f.unwritable(err)
		}
	}
	return found, nil
}

// keep writes a file, compares it with its name and gives it that name.
func (f folder) keep(name string, from io.Reader) error {
	dir := f.path(path.Dir(name))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return f.unwritable(err)
	}
	file, err := os.CreateTemp(dir, arriving)
	if err != nil {
		return f.unwritable(err)
	}
	defer os.Remove(file.Name()) // after the rename there is none
	sum := sha256.New()
	_, err = io.Copy(file, io.TeeReader(from, sum))
	if _, ok := errors.AsType[*fs.PathError](err); ok { // writing failed, and not reading
		err = f.unwritable(err)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	if hex.EncodeToString(sum.Sum(nil)) != path.Base(name) {
		return errors.Join(damaged(name), file.Close())
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return f.unwritable(err)
	}
	if err := durable.Rename(file.Name(), f.path(name)); err != nil {
		return f.unwritable(err)
	}
	return nil
}

// remove removes files, those first that need others.
func (f folder) remove(names []string) error {
	for _, name := range slices.Backward(names) {
		if err := os.Remove(f.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return f.unwritable(err)
		}
	}
	return nil
}

func (f folder) unwritable(err error) error {
	return &providers.Failed{
		Err:  fmt.Errorf("keep the backups on this computer: %w", err),
		Next: "make room, or make the folder one that you may write to, and: slipway backup fetch; or name another folder with --backup-to local:PATH",
	}
}
