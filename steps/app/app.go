// Package app finds out from a folder's files which Python web app is in it, what
// has to be installed for it, and which of the files are uploaded.
//
// It reads files and runs none: an app's code is never executed on the computer from
// which it is deployed. It does not guess either. What the files do not tell, or tell
// in two ways, is a *providers.Usage that names the key, the file or the flag which
// decides; and each thing that was found has a [Reason], with file and line.
//
// What the app says wins over what slipway would add: its command, its pins, its
// Python. What git ignores, and what looks like a key or a password, is neither
// uploaded nor looked at. The same files give the same bundle, with the same hash, on
// any computer.
//
// Package plan calls it for every plan, and the faces write slipway.toml with it. It
// knows nothing of servers; all that it needs is an [fs.FS].
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"slipway/providers"
)

// appUsage is the error for something that can't be found out from the app's files,
// or in which they contradict each other: only the app's owner can decide. next says
// how: by a key of slipway.toml, a file or a flag. candidates are what was found to
// decide between, if there is anything.
func appUsage(what, next string, candidates ...string) *providers.Usage {
	if len(candidates) > 0 {
		what += " (" + strings.Join(candidates, ", ") + ")"
	}
	return &providers.Usage{Err: errors.New(what), Next: next, About: providers.AboutApp}
}

// Open returns the app's folder for reading. Detect and Collect do not see in it what
// git ignores. A path that does not exist or is not a folder is a *providers.Usage.
// Once ctx ends, nothing more can be read.
func Open(ctx context.Context, path string) (fs.FS, error) {
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
	return newFolder(ctx, path), nil
}
