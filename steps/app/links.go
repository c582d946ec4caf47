package app

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	// maxLinks is how many links Linux follows on the way to one file. Whoever needs
	// more gets nowhere.
	maxLinks = 40
	// maxPath is how many bytes Linux lets a path have.
	maxPath = 4096
	// maxTargets is how many names the targets of all links that are followed may have
	// together. A link that is followed twice counts twice.
	maxTargets = 1_000_000
)

// symlinks are the symbolic links of a folder that are uploaded: their targets by their
// paths. What is not among them is no link on the server.
type symlinks map[string]string

// add notes a link and returns its target.
func (s symlinks) add(fsys fs.FS, name string) (target string, err error) {
	target, err = fs.ReadLink(fsys, name)
	if err != nil {
		return "", fmt.Errorf("%s can't be read: %w", name, err)
	}
	s[name] = target
	return target, nil
}

// refuse returns a *providers.Usage about the first link, by path, that leads out of the
// folder.
func (s symlinks) refuse() error {
	lookUp := func(name string) (string, bool) {
		target, ok := s[name]
		return target, ok
	}
	left := &atomic.Int64{}
	left.Store(maxTargets)
	for _, name := range slices.Sorted(maps.Keys(s)) {
		leads, outside, err := follow(name, left, lookUp)
		if err != nil {
			return err
		}
		if outside {
			return refusal(&outsideLink{name: name, target: s[name], leads: leads})
		}
	}
	return nil
}

// follow goes a path name by name, as the kernel does. lookUp returns a link's target; it
// is asked about paths whose folders are no links. outside is true if the path leaves the
// folder, and leads is where it goes then: absolute, or relative to the folder. left is
// how many names targets may still have; without any left the error is a
// *providers.Usage.
func follow(name string, left *atomic.Int64, lookUp func(name string) (target string, isLink bool)) (leads string, outside bool, err error) {
	at, rest, followed := ".", strings.Split(name, "/"), 0
	for len(rest) > 0 {
		next := rest[0]
		rest = rest[1:]
		switch {
		case next == "" || next == ".":
			continue
		case next == ".." && at == ".":
			return path.Join("..", path.Join(rest...)), true, nil
		case next == "..":
			at = path.Dir(at)
			continue
		}
		reached := next // not by path.Join, which reads the whole path at each name
		if at != "." {
			reached = at + "/" + next
		}
		target, isLink := lookUp(reached)
		if !isLink {
			if at = reached; len(at) > maxPath {
				return "", false, nil
			}
			continue
		}
		if followed++; followed > maxLinks {
			return "", false, nil
		}
		if path.IsAbs(target) {
			return path.Join(target, path.Join(rest...)), true, nil
		}
		rest = append(strings.Split(target, "/"), rest...)
		if left.Add(-int64(len(rest))) < 0 {
			return "", false, appUsage(fmt.Sprintf("the symbolic links of the folder, %s among them, lead to more than %d names in all", name, maxTargets), "name in "+IgnoreFile+" what is not to be uploaded")
		}
	}
	return at, false, nil
}

// outsideLink is a symbolic link that leads out of the app's folder.
type outsideLink struct {
	// name is the link's path, target what it says, and leads where that is.
	name, target, leads string
}

func (l *outsideLink) Error() string {
	leads := ""
	if l.leads != l.target {
		leads = ", which leads to " + l.leads
	}
	return fmt.Sprintf("%s is a symbolic link to %s%s, outside the app's folder", l.name, l.target, leads)
}

func refusal(l *outsideLink) error {
	refused := appUsage("", "put a copy in its place or name it in "+IgnoreFile)
	refused.Err = l
	return refused
}

// leadsOut tells an error about a link that leads out of the app's folder.
func leadsOut(err error) bool {
	var l *outsideLink
	return errors.As(err, &l)
}

// confined is a folder's files without what links lead to outside of it. Whatever reads
// the folder, each name is followed first.
type confined struct {
	dirFS
	// plain are the folders that were found to be no links. Files are not in it: they are
	// many, and each is mostly opened once.
	plain *sync.Map
	// left is as in follow.
	left *atomic.Int64
}

func confine(files dirFS) confined {
	c := confined{files, &sync.Map{}, &atomic.Int64{}}
	c.left.Store(maxTargets)
	return c
}

// outside is a *providers.Usage about the first link on a name's way, if that leads out of
// the folder.
func (c confined) outside(name string) error {
	if !fs.ValidPath(name) {
		return nil
	}
	first, none := &outsideLink{}, false
	leads, outside, err := follow(name, c.left, func(at string) (string, bool) {
		if _, known := c.plain.Load(at); known || none {
			return "", false
		}
		target, err := c.ReadLink(at)
		if none = errors.Is(err, fs.ErrNotExist); none {
			return "", false // nor is there anything behind it
		}
		if err != nil {
			if at != name {
				c.plain.Store(at, true)
			}
			return "", false
		}
		if first.name == "" {
			first.name, first.target = at, target
		}
		return target, true
	})
	if err != nil || !outside {
		return err
	}
	first.leads = leads
	return refusal(first)
}

func (c confined) Open(name string) (fs.File, error) {
	if err := c.outside(name); err != nil {
		return nil, err
	}
	return c.dirFS.Open(name)
}

func (c confined) Stat(name string) (fs.FileInfo, error) {
	if err := c.outside(name); err != nil {
		return nil, err
	}
	return c.dirFS.Stat(name)
}

func (c confined) ReadFile(name string) ([]byte, error) {
	if err := c.outside(name); err != nil {
		return nil, err
	}
	return c.dirFS.ReadFile(name)
}

func (c confined) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := c.outside(name); err != nil {
		return nil, err
	}
	return c.dirFS.ReadDir(name)
}
