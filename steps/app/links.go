package app

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
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

// confined is a folder's files without what links lead to outside of it.
type confined struct{ dirFS }

// refused is the error for a name that can't be opened: it names the link, if one leads
// out of the folder.
func (c confined) refused(name string, err error) error {
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || !fs.ValidPath(name) {
		return err
	}
	last := &outsideLink{}
	leads, outside := follow(name, func(at string) (string, bool) {
		target, err := c.ReadLink(at)
		if err == nil && last.name == "" {
			last.name, last.target = at, target
		}
		return target, err == nil
	})
	if !outside {
		return err
	}
	last.leads = leads
	return refusal(last)
}

func (c confined) Open(name string) (fs.File, error) {
	f, err := c.dirFS.Open(name)
	return f, c.refused(name, err)
}

func (c confined) Stat(name string) (fs.FileInfo, error) {
	info, err := c.dirFS.Stat(name)
	return info, c.refused(name, err)
}

func (c confined) ReadFile(name string) ([]byte, error) {
	text, err := c.dirFS.ReadFile(name)
	return text, c.refused(name, err)
}

func (c confined) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := c.dirFS.ReadDir(name)
	return entries, c.refused(name, err)
}
