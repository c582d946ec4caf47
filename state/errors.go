package state

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// ErrUnknown says that there is no deployment with that name.
var ErrUnknown = errors.New("there is no deployment of that name")

// Damage says why a state file can't be trusted, in the words that people read.
type Damage string

// The reasons why a state file can't be trusted.
const (
	Torn    Damage = "cut short or not JSON"
	Edited  Damage = "changed by something other than slipway"
	Newer   Damage = "written by a newer slipway"
	Foreign Damage = "not a state file of slipway"
)

// Damaged says that a state file can't be trusted. It was not touched.
type Damaged struct {
	Path string
	Kind Damage
	// LastGood is the path of the copy before it, if that copy is whole; else "".
	LastGood string
	Err      error
}

func (e *Damaged) Error() string {
	return fmt.Sprintf("the state file %s is %s: %v", e.Path, e.Kind, e.Err)
}

func (e *Damaged) Unwrap() error { return e.Err }

// Hint is what to type next.
func (e *Damaged) Hint() string {
	switch {
	case e.Kind == Newer:
		return "use the newer slipway; nothing was changed"
	case e.LastGood != "":
		return fmt.Sprintf("the copy before it is whole: cp %s %s, then run the same command again; nothing was changed", e.LastGood, e.Path)
	}
	return fmt.Sprintf("put a good copy back, or move %s away to start over; nothing was changed", filepath.Dir(e.Path))
}

// Held says that another run holds the deployment. The command exits with 4. PID,
// Host and Since are zero if the other run has not written them yet.
type Held struct {
	Name  string
	PID   int
	Host  string
	Since time.Time
}

func (e *Held) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("another run holds the deployment %s", e.Name)
	}
	return fmt.Sprintf("another run holds the deployment %s: process %d on %s since %s",
		e.Name, e.PID, e.Host, e.Since.Local().Format("2006-01-02 15:04:05"))
}

// Hint is what to do next.
func (e *Held) Hint() string { return "wait until it ends, then run the same command again" }

// Unwritable says that slipway has no place where it can keep its state. Nothing
// was made that would have needed a record.
type Unwritable struct {
	Err  error
	Next string
}

func (e *Unwritable) Error() string { return e.Err.Error() }
func (e *Unwritable) Unwrap() error { return e.Err }

// Hint is what to do next.
func (e *Unwritable) Hint() string { return e.Next }

// unwritable explains why a folder can't be written to.
func unwritable(dir string, err error) error {
	next := "make it writable, or set SLIPWAY_HOME to another folder, then run the same command again"
	if full(err) {
		next = "free some space, or set SLIPWAY_HOME to a folder on another disk, then run the same command again"
	}
	return &Unwritable{Err: fmt.Errorf("state can't be saved in %s: %w", dir, err), Next: next}
}
