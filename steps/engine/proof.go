package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"slipway/providers"
	"slipway/steps/access"
	"slipway/steps/fact"
	"slipway/steps/guard"
	"slipway/steps/remote"
)

// Guarded are the facts whose change could lock the operator out.
func (s Facts) Guarded() Facts {
	return slices.DeleteFunc(slices.Clone(s), func(f *fact.Fact) bool { return f.Guards.Empty() })
}

// Unguarded are the facts that can't lock the operator out.
func (s Facts) Unguarded() Facts {
	return slices.DeleteFunc(slices.Clone(s), func(f *fact.Fact) bool { return !f.Guards.Empty() })
}

// names lists what the facts are called.
func (s Facts) names() []string {
	names := make([]string, len(s))
	for i, f := range s {
		names[i] = f.Name
	}
	return names
}

// named picks facts by their names.
func (s Facts) named(names []string) Facts {
	return slices.DeleteFunc(slices.Clone(s), func(f *fact.Fact) bool { return !slices.Contains(names, f.Name) })
}

// arm is shell text that has the server put its old state back unless the change
// of these facts is proven. It keeps the state of every guarded fact, not only of
// those that change, so that a later guard can take over from an earlier one.
func (r *Run) arm(changing Facts) string {
	var parts []guard.Part
	for _, f := range r.facts {
		parts = append(parts, f.Guards)
	}
	parts = append(parts, guard.Part{Logins: []string{r.Plan.LoginUser()}})
	return guard.Arm(guard.Join(parts...), remote.NewBoundary(), r.Plan.RevertTime(), changing.Guarded().names())
}

// prove lets a guarded change stand if a new login with the deployment's key over a new
// connection works, can become root, and finds the change in place. It is false without an error if the
// change is not in place, or was put back meanwhile.
func (r *Run) prove(ctx context.Context, changed Facts) (bool, error) {
	limit := r.Plan.ProofLimit()
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it took longer than %s", limit))
	defer cancel()
	fresh, err := remote.DialPatiently(ctx, 0, r.dial)
	if err != nil {
		return false, err
	}
	defer fresh.Close()
	look := Look{Plan: r.Plan, Facts: append(changed.Unguarded(), r.facts.Guarded()...)}
	sections, err := fresh.Look(ctx, look.Script())
	if err != nil {
		return false, err
	}
	var seen server
	seen.see(look, sections)
	if seen.armed.Token == "" || !seen.holds(changed, r) || !seen.showsMade(fresh) {
		return false, nil
	}
	said, err := fresh.Output(ctx, guard.Disarm(seen.armed.Token))
	if err != nil || strings.TrimSpace(said) != guard.Proven {
		return false, err
	}
	if err := r.ownLoginWorks(); err != nil {
		return true, err
	}
	r.server.client.Trust(fresh.HostKey())
	return true, r.pinShown(fresh, &seen)
}

// unprovenError tells what becomes of a change that no new login proved.
func (r *Run) unprovenError(changed Facts, err error, since time.Time) error {
	back := since.Add(r.Plan.RevertTime())
	next := "wait until then, fix what the login's error names, and run the same command again"
	if r.operator != nil && access.WasRefused(err) {
		next = "wait until then; if sshd on the server has AllowUsers or AllowGroups, let " + r.Plan.LoginUser() + " in there, and run the same command again"
	}
	return &providers.Failed{
		Err: fmt.Errorf("the change of %s could not be proven by a new login: %w; the server puts the old state back at %s",
			strings.Join(changed.names(), ", "), err, back.Format(time.TimeOnly)),
		Next: next}
}

// putBackError tells what becomes of a guarded change that failed, or that could not
// be proven because a later change failed.
func (r *Run) putBackError(err error) error {
	return &providers.Failed{Err: err, Next: fmt.Sprintf("what it changed of the login, SSH and the firewall is put back on the server within %s; mend the cause and run the same command again", r.Plan.RevertTime())}
}

// proven tells whether no change waits for its proof, as far as was seen.
func (r *Run) proven() bool { return r.server == nil || r.server.armed.Token == "" }

// proveEarlier proves a guarded change that an earlier connection left unproven. If
// the change is not in place, it does nothing: the fact is changed again and proven
// then.
func (s Facts) proveEarlier(ctx context.Context, r *Run) error {
	changed := s.named(r.server.armed.Facts)
	if r.server.armed.Token == "" || r.OnlyLooks() || !r.server.holds(changed, r) {
		return nil
	}
	if len(changed) > 0 {
		r.StartStep(changed[0].Name, changed[0].Title)
	}
	began := time.Now()
	stands, err := r.prove(ctx, changed)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return r.unprovenError(changed, err, began)
	case stands:
		r.server.armed = guard.Armed{}
		return nil
	}
	return r.server.lookAll(ctx, r, s)
}

// proving proves a job's guarded change while the rest of the job goes on.
type proving struct {
	run     *Run
	ctx     context.Context
	changed Facts
	// stop ends the waiting for a job whose change can't be proven.
	stop    context.CancelCauseFunc
	running sync.WaitGroup

	mu     sync.Mutex
	stands bool
	err    error
}

// begin starts the proof. A job that began anew, because the server rebooted, is
// proven anew.
func (p *proving) begin() {
	since := time.Now()
	p.running.Go(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.stands, p.err = p.run.prove(p.ctx, p.changed)
		if p.err != nil && p.ctx.Err() == nil {
			p.err = p.run.unprovenError(p.changed, p.err, since)
			p.stop(p.err)
		}
	})
}

// end waits for the proof, if one was begun.
func (p *proving) end() (bool, error) {
	p.running.Wait()
	return p.stands, p.err
}
