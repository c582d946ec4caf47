// Package app finds out from a folder's files what Python web app is in it,
// what the app needs and what of the folder goes to the server.
//
// Everything is read, nothing is run: an app's code never executes on the
// computer that it is deployed from. The package knows of no server and no
// face; all it takes is an [fs.FS].
package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"slipway/providers"
)

// appUsage says that something could not be found out from the app's files, or
// that they contradict each other: only the person whose app it is can decide.
// next names what decides it: a key of slipway.toml, a file, a flag. candidates
// are the possibilities, if there are any.
func appUsage(what, next string, candidates ...string) *providers.Usage {
	if len(candidates) > 0 {
		what += " (" + strings.Join(candidates, ", ") + ")"
	}
	return &providers.Usage{Err: errors.New(what), Next: next, About: providers.AboutApp}
}

// Open returns the app's folder for reading. What git ignores in it is absent to
// Detect and Collect. A path that does not exist or is no folder is an
// *providers.Usage that names it.
func Open(path string) (fs.FS, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, appUsage(fmt.Sprintf("there is no folder %s", path), "give the folder that holds the app, or --sample hello")
	}
	if err != nil {
		return nil, fmt.Errorf("the app's folder can't be read: %w", err)
	}
	if !info.IsDir() {
		return nil, appUsage(fmt.Sprintf("%s is a file, not a folder", path), "give the folder that holds the app")
	}
	return newFolder(path), nil
}
