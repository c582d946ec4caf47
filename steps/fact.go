package steps

import (
	"context"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/steps/guard"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// fact is something that should be true on the server. All facts are looked at
// in one round trip; what a look printed is decided on by a pure function; what
// must change goes in as one job, which ends with the same look.
type fact struct {
	name, title string
	phase       providers.Phase
	// limit is how long the change may take.
	limit time.Duration
	// look is the shell text that prints what decide needs. It only reads.
	look func(Plan) string
	// decide lists what must change; nothing if the fact holds.
	decide func(view) []providers.Change
	// script makes the fact hold, whatever a crash left.
	script func(view) string
	// guards is what the change could lock the operator out by: the server puts it
	// back unless a new login proves the change. Empty for most facts.
	guards guard.Part
	// before prepares the change, if it needs more than a script.
	before func(ctx context.Context, s connected) error
	// detail describes what is there once the fact holds; may be nil.
	detail func(view) string
}

// view is all that a fact is decided from.
type view struct {
	Plan   Plan
	System System
	// Address is the server's; empty if it is not known yet.
	Address string
	// Looked is what the fact's look printed; empty if the server was not
	// looked at yet.
	Looked string
	// beside is true for a second instance of the release, beside the first.
	beside bool
}

// layout is where the instance that the view is of has its places.
func (v view) layout() layout {
	l := layoutOf(v.Plan.Name)
	if v.beside {
		l.beside = "next-"
	}
	return l
}

// connected is what a fact may use to prepare its change, beyond its script.
type connected struct {
	// Plan is the run's.
	Plan Plan
	// Client is logged in to the server.
	Client *remote.Client
	// Report passes on a line for whoever watches.
	Report func(line string)
	// Pin puts host keys on record and has the client accept them.
	Pin func(keys ...ssh.PublicKey) error
}

// found decides on a view.
func (f *fact) found(v view) providers.Finding {
	if changes := f.decide(v); len(changes) > 0 {
		return providers.Finding{Changes: changes}
	}
	found := providers.Finding{Holds: true}
	if f.detail != nil {
		found.Detail = f.detail(v)
	}
	return found
}

// changedFiles is a change for each file that is not as it should be.
func changedFiles(looked, why string, files ...shell.File) []providers.Change {
	var changes []providers.Change
	for _, f := range files {
		if !f.Same(looked) {
			changes = append(changes, providers.Change{What: "write " + f.Path, Why: why, Was: f.Was(looked)})
		}
	}
	return changes
}

// paths lists where files are.
func paths(files []shell.File) []string {
	var all []string
	for _, f := range files {
		all = append(all, f.Path)
	}
	return all
}

// put is the shell text that writes files.
func put(files []shell.File) string {
	var all []string
	for _, f := range files {
		all = append(all, f.Put())
	}
	return shell.Lines(all...)
}

// enabled is the shell text that has a unit started at every boot. Without
// --no-reload, and where it is so already, systemctl takes a second for it.
func enabled(unit string) string {
	return "systemctl --quiet is-enabled " + shell.Quote(unit) + " || systemctl --quiet --no-reload enable " + shell.Quote(unit)
}

// reloadUnits is the shell text that has systemd read units again that it has
// read before: others need none, and it takes long.
func reloadUnits(units ...string) string {
	return `case $(systemctl show -P NeedDaemonReload ` + shell.Command(units...) + `) in *yes*) systemctl daemon-reload;; esac`
}
