package engine

import (
	"context"

	"slipway/providers"
)

// Step is a fact that should be true of the world. The engine looks, applies
// what does not hold, and looks again: only that second look makes it done.
type Step interface {
	// Name is the step's in events, in the state file and in errors.
	Name() string
	// Title is what people read.
	Title() string
	// Phase is what the step's time is counted as.
	Phase() providers.Phase
	// Look tells whether the fact holds. It changes nothing.
	Look(ctx context.Context, run *Run) (providers.Finding, error)
	// Apply makes it hold. It can be called again after a crash at any instant.
	Apply(ctx context.Context, run *Run) error
}

// intended is implemented by steps whose effect must be on record before it is
// asked for, because it costs or can't be looked up by its own nature.
type intended interface {
	// Intent is the kind under which it is on record.
	Intent() string
}

// Stage is a part of a run: one step, or the facts on the server together.
type Stage interface {
	// do looks, applies what does not hold, and looks again.
	do(ctx context.Context, run *Run) error
	// last are the names of the steps that it ends with: what comes after needs them.
	last(run *Run) []string
}
