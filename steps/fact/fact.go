package fact

import (
	"context"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/steps/guard"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// Fact is something that should be true on the server. One round trip looks at all
// facts; a pure function decides from what that printed; one job changes what must
// change, and ends with the same look.
type Fact struct {
	Name, Title string
	Phase       providers.Phase
	// Limit is how long the change may take.
	Limit time.Duration
	// Reads is what Decide needs that the looks of other facts need too; may be nil.
	Reads func(plan.Plan) Reads
	// Look is the shell text that prints what else Decide needs. It only reads.
	Look func(plan.Plan) string
	// Refuse says, of the first look and before anything is changed, why the change may
	// not be made as it was asked for; may be nil. Its error stops the run.
	Refuse func(View) error
	// Decide lists what must change; it is empty if the fact holds.
	Decide func(View) []providers.Change
	// Script is the shell text that makes the fact hold, whatever a crash left.
	Script func(View) string
	// FirstBoot is shell text that begins the change at a new server's first boot, before
	// anybody logs in; nil for most facts. It knows no more than the plan, has no secret in
	// it, and does no harm where it fails or is cut off: Script makes the fact hold all the
	// same, and waits for it where both would be in each other's way.
	FirstBoot func(plan.Plan) string
	// Guards is what could lock the operator out if it changes: the server puts it
	// back unless a new login proves the change. Empty for most facts.
	Guards guard.Part
	// Inner tells whether the change touches only what is the app's own, its releases and
	// their units; nil if it never is so. After a job of such changes alone, only the facts
	// that can be changed so are looked at again.
	Inner func(View) bool
	// Before prepares the change, if it needs more than a script.
	Before func(ctx context.Context, s Server) error
	// Detail describes what is there once the fact holds; may be nil.
	Detail func(View) string
	// Notes are sentences for people about what is there once the fact holds; may be nil.
	Notes func(View) []string
}

// Always is Inner of a fact whose every change is.
func Always(View) bool { return true }

// The unit that runs the first boot's part of the facts, and its script, which is gone
// after a reboot.
const (
	FirstBootUnit   = "slipway-first-boot.service"
	FirstBootScript = "/run/slipway-first-boot.sh"
)

// View is all that a fact is decided from.
type View struct {
	Plan   plan.Plan
	System System
	// Address is the server's; empty if it is not known yet.
	Address string
	// Looked is what was seen of the fact's Reads and what its Look printed; empty if
	// nothing looked at the server yet.
	Looked string
	// SecondInstance is true for a second instance of the release, beside the first.
	SecondInstance bool
}

// Layout is where the view's instance of the app lies on the server.
func (v View) Layout() layout.Layout {
	l := layout.Of(v.Plan.ServerName())
	if v.SecondInstance {
		l.Instance = "next-"
	}
	return l
}

// Server is what a fact may use to prepare its change, beyond its script.
type Server struct {
	// View is what the change was decided from.
	View
	// Client is logged in to the server.
	Client *remote.Client
	// Report shows a line to whoever watches the run.
	Report func(line string)
	// Pin puts host keys on record and has the client accept them.
	Pin func(keys ...ssh.PublicKey) error
}

// Found is what Decide says of a view and, if the fact holds, its detail and its notes.
func (f *Fact) Found(v View) providers.Finding {
	if changes := f.Decide(v); len(changes) > 0 {
		return providers.Finding{Changes: changes}
	}
	found := providers.Finding{Holds: true}
	if f.Detail != nil {
		found.Detail = f.Detail(v)
	}
	if f.Notes != nil {
		found.Notes = f.Notes(v)
	}
	return found
}

// ChangedFiles is a change for each file that is not as it should be, by what
// shell.LookFiles printed.
func ChangedFiles(looked, why string, files ...shell.File) []providers.Change {
	var changes []providers.Change
	for _, f := range files {
		if !f.Same(looked) {
			changes = append(changes, providers.Change{What: "write " + f.Path, Why: why, Was: f.Was(looked)})
		}
	}
	return changes
}

// Differing are those of the files that are not as they should be. looked is what
// shell.LookFiles printed. To write a unit's file again, as it was, has systemd read all
// units again.
func Differing(looked string, files []shell.File) []shell.File {
	return slices.DeleteFunc(slices.Clone(files), func(f shell.File) bool { return f.Same(looked) })
}
