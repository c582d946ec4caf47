// Package state keeps the record of each deployment on the operator's computer:
// what was intended, under which tag, and where to look for it. Whether something
// exists is not read from here: it is looked up.
//
// A record changes only through [Deployment.Update], which returns once the change
// is on disk. After a crash at any instant the file is the old one or the new one,
// whole, and the copy before it lies beside it. A file that is cut short, edited by
// hand or written by a newer slipway is reported as a *[Damaged], and is neither
// used nor replaced.
//
// One run at a time holds a deployment, from [Home.Open] until it is closed; a lock
// that a dead process held is free again. A record holds no secret: secrets have
// files of their own. Folders are 0700 and files 0600.
//
// The engine below steps writes records; the faces read them to show and continue
// deployments. The package knows no provider.
package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// cacheFolder is the one name inside a home that is no deployment's.
const cacheFolder = "cache"

// Home is where deployments and caches are kept on the operator's computer. The
// zero value is not usable; see Locate.
type Home struct {
	// Dir holds one folder per deployment.
	Dir string
	// Cache holds what can be downloaded or built again: base images.
	Cache string
}

// Locate finds the home: $SLIPWAY_HOME, else $XDG_STATE_HOME/slipway, else
// ~/.local/state/slipway, which on Windows is %LOCALAPPDATA%\slipway. It creates nothing.
// Without any of them and without HOME the error is an *Unwritable.
func Locate(getenv func(string) string) (Home, error) {
	if dir := getenv("SLIPWAY_HOME"); dir != "" {
		dir, err := filepath.Abs(dir)
		if err != nil {
			return Home{}, fmt.Errorf("find SLIPWAY_HOME: %w", err)
		}
		return within(dir), nil
	}
	if dir := own(getenv); dir != "" && getenv("XDG_STATE_HOME") == "" && getenv("XDG_CACHE_HOME") == "" {
		return within(filepath.Join(dir, "slipway")), nil
	}
	stateDir, err := xdg(getenv, "XDG_STATE_HOME", ".local/state")
	if err != nil {
		return Home{}, err
	}
	cacheDir, err := xdg(getenv, "XDG_CACHE_HOME", ".cache")
	if err != nil {
		return Home{}, err
	}
	return Home{Dir: filepath.Join(stateDir, "slipway"), Cache: filepath.Join(cacheDir, "slipway")}, nil
}

// within is a home whose caches lie in its folder too.
func within(dir string) Home { return Home{Dir: dir, Cache: filepath.Join(dir, cacheFolder)} }

// xdg resolves one of the XDG base directories; relative values are ignored,
// as the specification demands.
func xdg(getenv func(string) string, variable, fallback string) (string, error) {
	if dir := getenv(variable); filepath.IsAbs(dir) {
		return dir, nil
	}
	home := getenv("HOME")
	if home == "" {
		return "", &Unwritable{Err: fmt.Errorf("there is no place for slipway's state: neither HOME nor %s is set", variable),
			Next: "set SLIPWAY_HOME to a folder of yours"}
	}
	return filepath.Join(home, fallback), nil
}

// Folder is where a deployment's files are. It may not exist.
func (h Home) Folder(name string) string { return filepath.Join(h.Dir, name) }

// Names lists the deployments, sorted. A home that does not exist has none.
func (h Home) Names() ([]string, error) {
	if err := h.settle(); err != nil {
		return nil, err
	}
	names, err := h.folders()
	return slices.DeleteFunc(names, func(name string) bool { return !h.has(name) }), err
}

// folders are the names of what may be a deployment's folder, sorted.
func (h Home) folders() ([]string, error) {
	entries, err := os.ReadDir(h.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list deployments: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && e.Name() != cacheFolder && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// Exists tells whether there is a state file for name, readable or not.
func (h Home) Exists(name string) bool {
	h.settle() //nolint:errcheck // who reads the deployment next is told
	return h.has(name)
}

func (h Home) has(name string) bool {
	_, err := os.Lstat(filepath.Join(h.Folder(name), fileName))
	return err == nil
}

// Reserved tells whether a name can't be a deployment's, because the home
// uses it for something else.
func Reserved(name string) bool { return name == cacheFolder }
