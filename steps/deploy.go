// Package steps is what happens, in order, and how each step is looked at,
// decided on, applied and looked at again. It tells what happens by events and
// prints nothing.
package steps

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/web"
)

// Deploy brings the plan about: it does what is not so yet, whatever an earlier
// run left. Without a certificate for the app's domains, though they lead to the
// server, it ends with an error after all the rest is done. The outcome is set
// only without an error. When ctx ends, what runs on the server goes on and the
// next run follows it.
func Deploy(ctx context.Context, plan plan.Plan, home state.Home, open engine.OpenProvider, emit func(engine.Event)) (engine.Outcome, error) {
	run, err := engine.Begin(plan, facts(plan), home, open, emit)
	if err != nil {
		return engine.Outcome{}, err
	}
	if err := run.Do(ctx, beforehand()); err != nil {
		return engine.Outcome{}, err
	}
	d, err := home.Open(plan.Name, time.Now())
	if err != nil {
		return engine.Outcome{}, err
	}
	defer d.Close()
	if err := run.Hold(d); err != nil {
		return engine.Outcome{}, err
	}
	defer run.Disconnect()
	if err := run.Do(ctx, order(run.Plan, run.Provider(), run.Spec())); err != nil {
		return engine.Outcome{}, errors.Join(err, giveUp(ctx, run))
	}
	where, err := siteOf(ctx, run)
	if err != nil {
		return engine.Outcome{}, err
	}
	outcome, err := run.Finish(where.url)
	if problem := seenCertificate(run).Problem(run.Plan); problem != nil {
		err = errors.Join(err, &engine.StepError{Step: web.Certify.Name, Err: problem})
	}
	return outcome, err
}

// tellWhatIsLeft tells what a failed first deployment leaves, and what that
// costs.
func tellWhatIsLeft(ctx context.Context, r *engine.Run) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	left, err := r.Provider().Holdings(ctx, r.Spec())
	if err != nil || len(left) == 0 || !r.Record().Finished.IsZero() {
		return
	}
	for _, h := range left {
		line := "made so far and still there: " + h.Kind + " " + h.ID
		if h.Monthly > 0 {
			line += fmt.Sprintf(", $%.2f a month", h.Monthly)
		}
		r.Note(line)
	}
	r.Note("slipway destroy " + r.Plan.Name + " removes it")
}

// giveUp removes a new server after a failure, if that was asked for. A server
// that ever served, or a run that was interrupted, is kept.
func giveUp(ctx context.Context, r *engine.Run) error {
	if !givesUp(ctx, r) {
		tellWhatIsLeft(ctx, r)
		return nil
	}
	r.StartStep("destroy", "what was made is removed, as --on-failure destroy says")
	r.Note("what was made is removed, as --on-failure destroy says")
	removal := &Removal{Name: r.Plan.Name, deployment: r.Deployment(), provider: r.Provider(), plan: r.Plan, spec: r.Spec()}
	if err := removal.awaitUnanswered(ctx); err != nil {
		return err
	}
	return removal.Do(ctx, r.Report)
}

func givesUp(ctx context.Context, r *engine.Run) bool {
	served, interrupted := !r.Record().Finished.IsZero(), ctx.Err() != nil
	return !served && !interrupted && r.Plan.Value(plan.KeyOnFailure) == plan.OnFailureDestroy
}

// Preview looks at everything and changes nothing, not even on this computer.
// Steps that can't be looked at before others are done count as to be done.
func Preview(ctx context.Context, plan plan.Plan, home state.Home, open engine.OpenProvider, emit func(engine.Event)) (engine.Outcome, error) {
	var monthly float64
	run, err := engine.Begin(plan, facts(plan), home, open, func(e engine.Event) {
		for _, c := range e.Changes {
			monthly += c.Monthly
		}
		emit(e)
	})
	if err != nil {
		return engine.Outcome{}, err
	}
	defer run.Disconnect()
	err = run.Do(ctx, append(beforehand(), order(run.Plan, run.Provider(), run.Spec())...))
	where, siteErr := siteOf(ctx, run)
	outcome := run.Outcome(where.url)
	outcome.Monthly = monthly
	return outcome, errors.Join(err, siteErr)
}

// errNothing says that there is no such deployment.
func errNothing(name string) error {
	return plan.Usagef("slipway list shows those that are there", "there is no deployment %q", name)
}
