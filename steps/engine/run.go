package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/plan"
)

// Run is one run of a deployment's steps. Only the engine makes one.
type Run struct {
	// Plan is what the run brings about.
	Plan plan.Plan

	graph      Graph
	facts      Facts // all that should hold on the server: those of the graph
	provider   providers.Provider
	host       providers.ServerProvider // the provider too; nil if the target has no server
	spec       providers.Spec
	deployment *state.Deployment // nil in a run that only looks
	record     state.Record      // as it was when a run that only looks began
	emit       func(Event)
	telling    sync.Mutex

	signers    []ssh.Signer
	vouchedFor []string // host keys that were vouched for and are not on record yet
	where      providers.Server
	operator   *operator  // nil unless the connection was made as the operator
	server     *server    // nil until the connection stands
	before     []string   // the steps with which the last stage ended
	step       stepInHand // in hand
	changed    bool
	began      time.Time
	spent      map[providers.Phase]float64
	seconds    map[string]float64 // of the steps that had something to do
}

// Record is the deployment's record.
func (r *Run) Record() state.Record {
	if r.deployment == nil {
		return r.record
	}
	return r.deployment.Record()
}

// Provider is where the run's target is.
func (r *Run) Provider() providers.Provider { return r.provider }

// Spec is what the run asks of its provider.
func (r *Run) Spec() providers.Spec { return r.spec }

// Deployment is the record that the run holds; nil in one that only looks.
func (r *Run) Deployment() *state.Deployment { return r.deployment }

// Connected tells whether the run is logged in to the server.
func (r *Run) Connected() bool { return r.server != nil }

// Changed tells whether anything had to be changed so far.
func (r *Run) Changed() bool { return r.changed }

// VouchedFor are the host keys, in authorized_keys form, that somebody vouched
// for in this run and that are not on record yet.
func (r *Run) VouchedFor() []string { return r.vouchedFor }

// OnlyLooks tells whether the run must change nothing.
func (r *Run) OnlyLooks() bool { return r.deployment == nil }

// event tells the face. Steps run side by side, and a face hears of one event at a time.
func (r *Run) event(e Event) {
	r.telling.Lock()
	defer r.telling.Unlock()
	e.Time = time.Now()
	r.emit(e)
}

// Report passes on a line that the step in hand printed.
func (r *Run) Report(line string) { r.event(Event{Kind: KindLine, Step: r.step.name, Line: line}) }

// stepEvent tells where a step stands.
func (r *Run) stepEvent(s stepInHand, status Status, f providers.Finding, seconds float64) {
	e := Event{Kind: KindStep, Step: s.name, Title: s.title, Status: status,
		Detail: f.Detail, Changes: f.Changes, Seconds: round(seconds)}
	if r.OnlyLooks() && status != Looking {
		e.Needs, e.Awaits = r.needs(s.name), r.graph.Awaits(s.name)
	}
	r.event(e)
}

// needs are the names of the steps that must be done before one begins. Without another
// need it is what the stage before it ended with.
func (r *Run) needs(step string) []string {
	if needs := r.graph.Needs(step); len(needs) > 0 {
		return needs
	}
	return r.before
}

// Do does every stage in order.
func (r *Run) Do(ctx context.Context, stages []Stage) error {
	for _, s := range stages {
		if err := s.do(ctx, r); err != nil {
			return r.failed(ctx, err)
		}
		r.before = s.last(r)
	}
	return nil
}

// failed names the step in an error. An interruption stays one.
func (r *Run) failed(ctx context.Context, err error) error {
	if other, ok := errors.AsType[*stepFailure](err); ok {
		r.step = other.step
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	r.stepEvent(r.step, Failed, providers.Finding{Detail: err.Error()}, time.Since(r.step.began).Seconds())
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &StepError{Step: r.step.name, Folder: r.Plan.Folder(), Err: err}
}

// StartStep makes a step the one in hand.
func (r *Run) StartStep(name, title string) {
	r.step = stepInHand{name: name, title: title, began: time.Now()}
}

// stepInHand is the step in hand.
type stepInHand struct {
	name, title string
	began       time.Time
}

// Note tells something to know that stops nothing.
func (r *Run) Note(line string) { r.event(Event{Kind: KindNote, Step: r.step.name, Line: line}) }

// notes tells what a step found that stops nothing.
func (r *Run) notes(step string, f providers.Finding) {
	for _, n := range f.Notes {
		r.event(Event{Kind: KindNote, Step: step, Line: n})
	}
}

// intend puts the step's effect on record before it is asked for, and what it costs.
func (r *Run) intend(s Step, found providers.Finding) error {
	i, ok := s.(intended)
	if !ok {
		return nil
	}
	var monthly float64
	for _, c := range found.Changes {
		monthly += c.Monthly
	}
	return r.deployment.Update(func(record *state.Record) {
		record.Intend(i.Intent(), time.Now())
		record.Expect(i.Intent(), monthly)
	})
}

// recordOutcome takes the step's intent off the record, now that its outcome was
// seen, and notes what it is known by.
func (r *Run) recordOutcome(s Step, found providers.Finding) error {
	i, ok := s.(intended)
	if !ok || r.OnlyLooks() {
		return nil
	}
	kind, before := i.Intent(), r.Record()
	if before.IntendedAt(kind).IsZero() && before.Known[kind] == found.ID {
		return nil
	}
	return r.deployment.Update(func(record *state.Record) {
		record.Answered(kind)
		record.Knows(kind, found.ID)
	})
}

// StepError says at which step a run stopped.
type StepError struct {
	Step string
	// Folder is the app's folder on this computer; empty for a sample.
	Folder string
	Err    error
}

func (e *StepError) Error() string { return fmt.Sprintf("%s: %v", e.Step, e.Err) }

func (e *StepError) Unwrap() error { return e.Err }

// summary lists changes in one line.
func summary(changes []providers.Change) string {
	all := make([]string, len(changes))
	for i, c := range changes {
		all[i] = c.What
	}
	return strings.Join(all, "; ")
}
