// Package steps is what happens, in order, and how each step is looked at,
// decided on, applied and looked at again. It tells what happens by events and
// prints nothing.
package steps

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"time"

	"slipway/providers"
	"slipway/state"
)

// OpenProvider opens the provider that a plan names. dir is the deployment's
// own folder, which may not exist.
type OpenProvider func(plan Plan, dir string) (providers.Provider, error)

// Deploy brings the plan about: it does what is not so yet, whatever an earlier
// run left. Without a certificate for the app's domains, though they lead to the
// server, it ends with an error after all the rest is done. The outcome is set
// only without an error. When ctx ends, what runs on the server goes on and the
// next run follows it.
func Deploy(ctx context.Context, plan Plan, home state.Home, open OpenProvider, emit func(Event)) (Outcome, error) {
	run, err := begin(plan, facts(plan), home, open, emit)
	if err != nil {
		return Outcome{}, err
	}
	if err := run.all(ctx, beforehand()); err != nil {
		return Outcome{}, err
	}
	d, err := home.Open(plan.Name, time.Now())
	if err != nil {
		return Outcome{}, err
	}
	defer d.Close()
	if err := run.hold(d); err != nil {
		return Outcome{}, err
	}
	defer run.disconnect()
	if err := run.all(ctx, order(run.Plan, run.Provider().Resources(run.Spec()))); err != nil {
		return Outcome{}, errors.Join(err, giveUp(ctx, run))
	}
	url, _ := site(run)
	outcome, err := run.finish(url)
	if problem := seenCertificate(run).problem(run.Plan); problem != nil {
		err = errors.Join(err, &StepError{Step: certify.name, Err: problem})
	}
	return outcome, err
}

// tellWhatIsLeft tells what a failed first deployment leaves, and what that
// costs.
func tellWhatIsLeft(ctx context.Context, r *Run) {
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
		r.note(line)
	}
	r.note("slipway destroy " + r.Plan.Name + " removes it")
}

// giveUp removes a new server after a failure, if that was asked for. A server
// that ever served, or a run that was interrupted, is kept.
func giveUp(ctx context.Context, r *Run) error {
	if !givesUp(ctx, r) {
		tellWhatIsLeft(ctx, r)
		return nil
	}
	r.takeUp("destroy", "what was made is removed, as --on-failure destroy says")
	r.note("what was made is removed, as --on-failure destroy says")
	removal := &Removal{Name: r.Plan.Name, deployment: r.Deployment(), provider: r.Provider(), plan: r.Plan, spec: r.Spec()}
	if err := removal.settleIntents(ctx); err != nil {
		return err
	}
	return removal.Do(ctx, r.report)
}

func givesUp(ctx context.Context, r *Run) bool {
	served, interrupted := !r.Record().Finished.IsZero(), ctx.Err() != nil
	return !served && !interrupted && r.Plan.Value(KeyOnFailure) == onFailureRemove
}

// Preview looks at everything and changes nothing, not even on this computer.
// Steps that can't be looked at before others are done count as to be done.
func Preview(ctx context.Context, plan Plan, home state.Home, open OpenProvider, emit func(Event)) (Outcome, error) {
	var monthly float64
	run, err := begin(plan, facts(plan), home, open, func(e Event) {
		for _, c := range e.Changes {
			monthly += c.Monthly
		}
		emit(e)
	})
	if err != nil {
		return Outcome{}, err
	}
	defer run.disconnect()
	err = run.all(ctx, append(beforehand(), order(run.Plan, run.Provider().Resources(run.Spec()))...))
	url, _ := site(run)
	outcome := run.outcome(url)
	outcome.Monthly = monthly
	return outcome, err
}

// begin opens the provider and tells what the run is about. It changes nothing:
// where there are no keys yet, the plan has passing ones.
func begin(plan Plan, facts onServer, home state.Home, open OpenProvider, emit func(Event)) (*Run, error) {
	if plan.Tag == "" { // to look with; the one that counts is made with the record
		plan.Tag = state.NewTag(plan.Name)
	}
	provider, err := open(plan, home.Folder(plan.Name))
	if err != nil {
		return nil, err
	}
	run := &Run{Plan: plan, facts: facts, provider: provider, emit: emit, began: time.Now(),
		spent: map[providers.Phase]float64{}, seconds: map[string]float64{}}
	if run.record, err = home.Read(plan.Name); err != nil && !errors.Is(err, state.ErrUnknown) {
		return nil, err
	}
	k, err := readKeys(home.Folder(plan.Name))
	if err != nil {
		return nil, err
	}
	if err := run.use(k, plan.Tag); err != nil {
		return nil, err
	}
	run.event(Event{Kind: KindStart, Name: plan.Name, Provider: plan.Value(KeyProvider), Values: plan.InOrder()})
	return run, nil
}

// visit is a run without stages, to log in to a server that exists and take
// its deployment up.
func visit(plan Plan, provider providers.Provider, emit func(Event)) *Run {
	return &Run{Plan: plan, provider: provider, emit: emit}
}

// hold makes the run one that may change things: it puts the deployment on
// record, with its keys, before anything else is done. If there is no place for
// that, nothing is made.
func (r *Run) hold(d *state.Deployment) error {
	r.deployment = d
	k, err := openKeys(r.deployment)
	if err != nil {
		return err
	}
	if err := r.onRecord(k); err != nil {
		return err
	}
	return r.use(k, r.deployment.Record().Tag)
}

// onRecord saves what is intended, if it is news.
func (r *Run) onRecord(k keys) error {
	was := r.deployment.Record()
	used := r.Plan.used()
	if maps.Equal(was.Settings, used) && len(was.Server.HostKeys) > 0 {
		return nil
	}
	return r.deployment.Update(func(record *state.Record) {
		record.Settings = used
		if len(record.Server.HostKeys) == 0 {
			record.Server.HostKeys = r.firstHostKeys(k)
		}
	})
}

// use completes the plan with the deployment's keys and tag.
func (r *Run) use(k keys, tag string) error {
	r.signers = k.signers()
	r.Plan.Tag, r.Plan.AuthorizedKey = tag, k.login.public()
	data, err := userData(r.Plan, k)
	if err != nil {
		return err
	}
	r.spec = specOf(r.Plan)
	r.spec.Known = r.Record().Known
	r.spec.UserData = data
	return nil
}

// specOf is what the plan asks of its provider, but for the first boot.
func specOf(p Plan) providers.Spec {
	return providers.Spec{Name: p.Name, Tag: p.Tag, Region: p.Value(KeyRegion), Size: p.Value(KeySize),
		Image: p.Value(KeyImage), AuthorizedKey: p.AuthorizedKey, Ports: p.openPorts()}
}

// finish puts the end on record, if it is news. The app answers at url.
func (r *Run) finish(url string) (Outcome, error) {
	outcome := r.outcome(url)
	was := r.Record()
	if !r.changed && was.Release == outcome.Release && was.URL == outcome.URL && !was.Finished.IsZero() {
		return outcome, nil
	}
	return outcome, r.deployment.Update(func(record *state.Record) {
		record.Release, record.URL = outcome.Release, outcome.URL
		record.Finished = time.Now().UTC().Truncate(time.Second)
		if record.Seconds == nil {
			record.Seconds = map[string]float64{}
		}
		for step, seconds := range r.seconds {
			record.Seconds[step] = round(seconds)
		}
	})
}

// outcome is what the run came to so far, for an app that answers at url.
func (r *Run) outcome(url string) Outcome {
	o := Outcome{Changed: r.changed, Release: r.Plan.Release, Host: r.Record().Server.Address, Spent: map[providers.Phase]float64{}}
	if o.Host != "" {
		o.URL = url
	}
	if r.server != nil {
		o.RoundTrips = r.server.client.RoundTrips()
	}
	total := time.Since(r.began).Seconds()
	for phase, seconds := range r.spent {
		if phase != providers.PhaseOther {
			o.Spent[phase] = round(seconds)
			total -= seconds
		}
	}
	o.Spent[providers.PhaseOther] = round(total)
	return o
}

func round(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }

func (r *Run) disconnect() {
	defer r.leaveEntry()
	if r.server != nil {
		r.server.client.Close()
	}
}

// errNothing says that there is no such deployment.
func errNothing(name string) error {
	return &Usage{What: fmt.Sprintf("there is no deployment %q", name), Next: "slipway list shows those that are there"}
}
