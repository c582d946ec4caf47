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
)

// Undecided says that something could not be found out from the app's files,
// or that they contradict each other. Only the person whose app it is can
// settle it.
type Undecided struct {
	// What says what happened, without a full stop.
	What string
	// Candidates are the possibilities between which a choice is needed; empty
	// if there was none at all.
	Candidates []string
	// Next says what settles it: a slipway.toml key, a file, a flag.
	Next string
}

// Error returns one line: what happened, between what, and what to do next.
func (u *Undecided) Error() string {
	line := u.What
	if len(u.Candidates) > 0 {
		line += " (" + strings.Join(u.Candidates, ", ") + ")"
	}
	if u.Next == "" {
		return line
	}
	return line + ": " + u.Next
}

// Hint returns only what to do next; Error has it already.
func (u *Undecided) Hint() string { return u.Next }

// Open returns the app's folder for reading. What git ignores in it is absent to
// Detect and Collect. A path that does not exist or is no folder is an
// *Undecided that names it.
func Open(path string) (fs.FS, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Undecided{
			What: fmt.Sprintf("there is no folder %s", path),
			Next: "give the folder that holds the app, or --sample hello",
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the app's folder can't be read: %w", err)
	}
	if !info.IsDir() {
		return nil, &Undecided{
			What: fmt.Sprintf("%s is a file, not a folder", path),
			Next: "give the folder that holds the app",
		}
	}
	return newFolder(path), nil
}
