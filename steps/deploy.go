package steps

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/app"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/web"
)

// Deploy brings the plan about: it does what is missing, whatever an earlier run
// left. If the authority refuses a certificate though the app's domains lead to the
// server, the error comes after all the rest is done. The outcome is set only
// without an error; it tells what visitors get. When ctx ends, what runs on the server goes on, and the next
// run follows it.
func Deploy(ctx context.Context, plan plan.Plan, home state.Home, open engine.OpenProvider, emit func(engine.Event)) (engine.Outcome, error) {
	if err := refuseMoving(home, plan.Name); err != nil {
		return engine.Outcome{}, err
	}
	return deploy(ctx, plan, home, open, emit)
}

func deploy(ctx context.Context, plan plan.Plan, home state.Home, open engine.OpenProvider, emit func(engine.Event)) (engine.Outcome, error) {
	plan.BackupKey = cmp.Or(plan.BackupKey, readBackupKey(home, plan.Name))
	run, err := engine.Begin(plan, graph(plan), home, open, emit)
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
	fresh := d.Record().Server.Address == ""
	if err := run.Do(ctx, order(run.Plan, run.Provider(), run.Spec())); err != nil {
		return engine.Outcome{}, errors.Join(err, giveUp(ctx, run, fresh))
	}
	if err := keepBackupKey(ctx, run, home, open); err != nil {
		return engine.Outcome{}, err
	}
	if err := fetchAfter(ctx, run, home, open); err != nil {
		return engine.Outcome{}, err
	}
	where, err := siteOf(ctx, run)
	if err != nil {
		return engine.Outcome{}, err
	}
	outcome, err := run.Finish(where.url)
	var costs sync.WaitGroup
	if run.Changed() || d.Record().Costs == nil {
		// What was expected is on record: without an answer, that stays.
		costs.Go(func() { _, _ = keepCosts(ctx, run.Provider(), run.Spec(), d) })
	}
	if seconds, took := release.Handover(run.Looked(release.Release)); took && run.ChangedFact(release.Release) {
		outcome.Handover = &seconds
	}
	outcome.Visitors = where.visit(ctx, run.Plan, func() app.Found { return run.Plan.App })
	costs.Wait()
	if problem := seenCertificate(run).Problem(run.Plan); problem != nil {
		err = errors.Join(err, &engine.StepError{Step: web.Certify.Name, Err: problem})
	}
	return outcome, err
}

// tellHoldings tells what a failed first deployment leaves behind, and what that
// costs.
func tellHoldings(ctx context.Context, r *engine.Run) {
	holdings, err := keepCosts(ctx, r.Provider(), r.Spec(), r.Deployment())
	if err != nil || len(holdings) == 0 || !r.Record().Finished.IsZero() {
		return
	}
	for _, h := range holdings {
		line := "made so far, and still there: " + h.Kind + " " + h.ID
		if h.Monthly > 0 {
			line += ", " + providers.AMonth(h.Monthly)
		}
		r.Note(line)
	}
	r.Note("slipway destroy " + r.Plan.Name + " removes it")
}

// giveUp removes a new server after a failure, if that was asked for. A server
// that ever served, or a run that was interrupted, is kept; so is data that visitors may
// have left. What a release's commands made before it took the traffic is no such data.
// fresh is true if no server of the deployment's had answered before this run.
func giveUp(ctx context.Context, r *engine.Run, fresh bool) error {
	if !givesUp(ctx, r) {
		tellHoldings(ctx, r)
		return nil
	}
	removal := &Removal{Name: r.Plan.Name, deployment: r.Deployment(), provider: r.Provider(), plan: r.Plan, spec: r.Spec()}
	if err := removal.awaitUnanswered(ctx); err != nil {
		return err
	}
	if removal.lookAtData(ctx).mayBeServed(fresh) {
		r.Note("what was made is kept all the same: a release took the traffic, and there may be data that visitors left")
		tellHoldings(ctx, r)
		return nil
	}
	r.StartStep("destroy", "what was made is removed, as --on-failure destroy says")
	r.Note("what was made is removed, as --on-failure destroy says")
	return removal.Do(ctx, r.Report)
}

func givesUp(ctx context.Context, r *engine.Run) bool {
	served, interrupted := !r.Record().Finished.IsZero(), ctx.Err() != nil
	return !served && !interrupted && r.Plan.Value(plan.KeyOnFailure) == plan.OnFailureDestroy
}

// Preview looks at everything and changes nothing, not even on this computer. A
// step that can't be looked at before an earlier one was done counts as a change.
func Preview(ctx context.Context, plan plan.Plan, home state.Home, open engine.OpenProvider, emit func(engine.Event)) (engine.Outcome, error) {
	var monthly, ends float64
	run, err := engine.Begin(plan, graph(plan), home, open, func(e engine.Event) {
		for _, c := range e.Changes {
			monthly += c.Monthly
			ends += c.Ends
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
	outcome.Before, outcome.After = beforeAndAfter(run.Record(), monthly-ends)
	return outcome, errors.Join(err, siteErr)
}
