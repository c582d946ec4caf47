package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/steps/fact"
	"slipway/steps/guard"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// rounds is how often facts are applied in one run: a fact that a later one
// undid, or that could be seen only after an earlier one, gets another.
const rounds = 3

// Facts is the stage of all facts on the server, in order. What must change
// goes in as one job, and one look after it covers them all.
type Facts []*fact.Fact

func (s Facts) last(r *Run) []string {
	if last := r.graph.last(); len(last) > 0 {
		return last
	}
	return r.before // there is nothing to hold
}

func (s Facts) do(ctx context.Context, r *Run) error {
	if r.server != nil {
		if err := s.proveEarlier(ctx, r); err != nil {
			return err
		}
	}
	pending := s.pending(r)
	for _, f := range s {
		r.StartStep(f.Name, f.Title)
		found := r.found(f)
		switch {
		case found.Holds:
			r.stepEvent(r.step, Unchanged, found, 0)
			r.notes(f.Name, found)
		case r.OnlyLooks():
			r.stepEvent(r.step, WouldChange, found, 0)
		}
	}
	if r.OnlyLooks() {
		return nil
	}
	for range rounds {
		if len(pending) == 0 && r.proven() {
			return nil
		}
		if len(pending) > 0 {
			if err := s.apply(ctx, r, pending); err != nil {
				return err
			}
		}
		if err := s.proveEarlier(ctx, r); err != nil {
			return err
		}
		pending = s.pending(r)
	}
	switch {
	case len(pending) == 0 && r.proven():
		return nil
	case len(pending) == 0:
		return r.unprovenError(s.named(r.server.armed.Facts), errors.New("the new login does not find the change"), time.Now())
	}
	r.StartStep(pending[0].Name, pending[0].Title)
	return stillNeeds(r.found(pending[0]))
}

// pending are the facts that do not hold, as far as was seen.
func (s Facts) pending(r *Run) Facts {
	var pending Facts
	for _, f := range s {
		if !r.found(f).Holds {
			pending = append(pending, f)
		}
	}
	return pending
}

// apply changes what is pending, and looks at all of it. A change that could
// lock the operator out is proven by a new login while the rest goes on.
func (s Facts) apply(ctx context.Context, r *Run, pending Facts) error {
	r.changed = true
	limit := pending.limit()
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it took longer than %s", limit))
	defer cancel()
	following, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	boundary := remote.NewBoundary()
	progress := newProgress(r, pending, boundary, &proving{run: r, ctx: ctx, stop: stop, changed: pending.Guarded()})
	bringing := newBringing(r)
	bringing.begin(following, pending)
	look := Look{Plan: r.Plan, Facts: s.lookedAtAfter(r, pending)}
	looked, err := r.server.client.Run(following, remote.Job{
		Name:   applyJob,
		Script: pending.script(r, boundary, bringing.place),
		Look:   look.Script(),
	}, progress.line)
	if err != nil {
		stop(err)
	}
	if cause := bringing.end(); cause != nil { // the job only says that it was not brought
		err = cause
	}
	stands, unproven := progress.proving.end()
	if unproven != nil {
		return unproven
	}
	if err != nil && progress.armed && !stands {
		return r.putBackError(progress.failure(err))
	}
	if err != nil {
		return progress.failure(err)
	}
	r.server.see(look, looked)
	if stands {
		r.server.armed = guard.Armed{}
	}
	pending.tellOutcomes(r, progress)
	return nil
}

// lookedAtAfter are the facts that a job's change may have touched: all of them, or only
// those that are the app's own.
func (s Facts) lookedAtAfter(r *Run, changing Facts) Facts {
	for _, f := range changing {
		if f.Inner == nil || !f.Inner(r.view(f)) {
			return s
		}
	}
	return slices.DeleteFunc(slices.Clone(s), func(f *fact.Fact) bool { return f.Inner == nil })
}

// forFact is what a fact prepares its change with.
func (r *Run) forFact(f *fact.Fact) fact.Server {
	return fact.Server{View: r.view(f), Client: r.server.client,
		Report: func(line string) { r.event(Event{Kind: KindLine, Step: f.Name, Line: line}) },
		Pin:    func(keys ...ssh.PublicKey) error { return r.pin(r.server.client, keys...) }}
}

// tellOutcomes tells what the look after the change found.
func (s Facts) tellOutcomes(r *Run, progress *progress) {
	for _, f := range s {
		if found := r.found(f); found.Holds {
			r.tellChanged(stepInHand{name: f.Name, title: f.Title}, found, progress.took[f.Name])
			r.notes(f.Name, found)
		}
	}
}

func (s Facts) limit() time.Duration {
	var limit time.Duration
	for _, f := range s {
		limit += f.Limit
	}
	return limit
}

// applyJob is the name of the job that changes facts.
const applyJob = "apply"

// script is the job: the facts' scripts, which run side by side as far as their needs
// allow. The guard is armed before the first change that it is for. brought is how the names
// of the files begin that say what was brought.
func (s Facts) script(r *Run, boundary, brought string) string {
	parts := []string{sideBySide(boundary, brought)}
	guarded := s.Guarded()
	for i, f := range s {
		parts = append(parts, fmt.Sprintf("fact_%d() (", i))
		if f.Before != nil {
			parts = append(parts, shell.Command("job_await_brought", f.Name))
		}
		if len(guarded) > 0 && f == guarded[0] {
			for _, other := range guarded { // the guard keeps what is there now, with what was brought
				if other.Before != nil && other != f {
					parts = append(parts, shell.Command("job_await_brought", other.Name))
				}
			}
			parts = append(parts, r.arm(s), shell.Command("echo", boundary+" armed "+f.Name))
		}
		parts = append(parts, f.Script(r.view(f)), ")")
	}
	parts = append(parts, shell.Command(append([]string{"side_by_side", r.graph.table(s)}, s.names()...)...))
	return shell.Lines(parts...)
}
