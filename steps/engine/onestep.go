package engine

import (
	"context"
	"fmt"
	"time"

	"slipway/providers"
)

// OneStep is a stage of one step.
type OneStep struct{ Step }

func (s OneStep) last(*Run) []string { return []string{s.Name()} }

func (s OneStep) do(ctx context.Context, r *Run) error {
	r.StartStep(s.Name(), s.Title())
	defer func() { r.spent[s.Phase()] += time.Since(r.step.began).Seconds() }()
	r.stepEvent(r.step, Looking, providers.Finding{}, 0)
	finding, err := s.Look(ctx, r)
	if err != nil {
		return err
	}
	r.notes(r.step.name, finding)
	switch {
	case finding.Holds:
		r.stepEvent(r.step, Unchanged, finding, time.Since(r.step.began).Seconds())
		return r.recordOutcome(s.Step, finding)
	case r.OnlyLooks():
		r.stepEvent(r.step, WouldChange, finding, time.Since(r.step.began).Seconds())
		return nil
	}
	return s.change(ctx, r, finding)
}

func (s OneStep) change(ctx context.Context, r *Run, finding providers.Finding) error {
	r.stepEvent(r.step, Changing, finding, 0)
	if err := r.intend(s.Step, finding); err != nil {
		return err
	}
	r.changed = true
	if err := s.Apply(ctx, r); err != nil {
		return err
	}
	after, err := s.Look(ctx, r)
	if err != nil {
		return err
	}
	if !after.Holds {
		return stillNeeds(after)
	}
	r.notes(r.step.name, after)
	if err := r.recordOutcome(s.Step, after); err != nil {
		return err
	}
	r.tellChanged(r.step, after, time.Since(r.step.began).Seconds())
	return nil
}

// tellChanged tells that a second look found the step done.
func (r *Run) tellChanged(s stepInHand, after providers.Finding, seconds float64) {
	r.seconds[s.name] = seconds
	r.stepEvent(s, Changed, providers.Finding{Detail: after.Detail}, seconds)
}

// stillNeeds says that a change did not bring about what it was for.
func stillNeeds(f providers.Finding) error {
	return &providers.Failed{Err: fmt.Errorf("it was changed, but still needs: %s", summary(f.Changes)),
		Next: "run the same command again; if it comes back, something else on the server undoes it"}
}
