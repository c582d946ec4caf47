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
)

// maxLinks is how many links Linux follows on the way to one file. Whoever needs more
// gets nowhere.
const maxLinks = 40

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
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if leads, outside := follow(name, lookUp); outside {
			return refusal(&outsideLink{name: name, target: s[name], leads: leads})
		}
	}
	return nil
}

// follow goes a path name by name, as the kernel does. lookUp returns a link's target; it
// is asked about paths whose folders are no links. outside is true if the path leaves the
// folder, and leads is where it goes then: absolute, or relative to the folder.
func follow(name string, lookUp func(name string) (target string, isLink bool)) (leads string, outside bool) {
	at, rest, followed := ".", strings.Split(name, "/"), 0
	for len(rest) > 0 {
		next := rest[0]
		rest = rest[1:]
		switch {
		case next == "" || next == ".":
			continue
		case next == ".." && at == ".":
			return path.Join("..", path.Join(rest...)), true
		case next == "..":
			at = path.Dir(at)
			continue
		}
		target, isLink := lookUp(path.Join(at, next))
		if !isLink {
			at = path.Join(at, next)
			continue
		}
		if followed++; followed > maxLinks {
			return "", false
		}
		if path.IsAbs(target) {
			return path.Join(target, path.Join(rest...)), true
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	return at, false
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
	// plain are the paths that were found to be no links.
	plain *sync.Map
}

func confine(files dirFS) confined { return confined{files, &sync.Map{}} }

// outside is a *providers.Usage about the first link on a name's way, if that leads out of
// the folder.
func (c confined) outside(name string) error {
	if !fs.ValidPath(name) {
		return nil
	}
	first := &outsideLink{}
	leads, outside := follow(name, func(at string) (string, bool) {
		if _, known := c.plain.Load(at); known {
			return "", false
		}
		target, err := c.ReadLink(at)
		if err != nil {
			c.plain.Store(at, true)
			return "", false
		}
		if first.name == "" {
			first.name, first.target = at, target
		}
		return target, true
	})
	if !outside {
		return nil
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
