package wizard

import (
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/text"
)

// pending is a step without an event yet.
const pending engine.Status = "to do"

// row is where one step stands.
type row struct {
	name, title, detail string
	status              engine.Status
	changes             []providers.Change
	began               time.Time
	seconds             float64
	// running is true from when it begins until it has ended: several steps may.
	running bool
	// needs are the steps that have to be done before it, as the plan told.
	needs []string
	// changed is true if this run has to change something for it.
	changed bool
}

// board is where each step stands, by the events so far.
type board struct {
	name, provider string
	values         []plan.NamedValue
	rows           []*row
	// line is the last line that a step that runs printed.
	line  string
	notes []string
	log   *lines
	// expected are the seconds that each step took in earlier runs.
	expected map[string]float64
}

func newBoard(expected map[string]float64) *board {
	return &board{log: newLines(), expected: expected}
}

// fresh is a board of the same steps, none of them begun.
func (b *board) fresh() *board {
	next := newBoard(b.expected)
	next.name, next.provider, next.values, next.log = b.name, b.provider, b.values, b.log
	for _, r := range b.rows {
		next.rows = append(next.rows, &row{name: r.name, title: r.title, status: pending, needs: r.needs, changed: r.status == engine.WouldChange || r.changed})
	}
	return next
}

// event updates the board by an event.
func (b *board) event(e engine.Event) {
	switch e.Kind {
	case engine.KindStart:
		b.name, b.provider, b.values = text.Clean(e.Name), text.Clean(e.Provider), e.Values
	case engine.KindStep:
		b.stepped(e)
	case engine.KindLine:
		b.line = text.Clean(text.LastState(e.Line))
		b.log.add("    " + b.line)
	case engine.KindNote:
		b.notes = append(b.notes, text.Clean(e.Line))
		b.log.add("  note: " + e.Line)
	}
}

func (b *board) stepped(e engine.Event) {
	r := b.row(e.Step)
	r.title, r.status = text.Clean(e.Title), e.Status
	if len(e.Changes) > 0 {
		r.changes = e.Changes
	}
	if e.Detail != "" {
		r.detail = text.Clean(e.Detail)
	}
	if len(e.Needs) > 0 {
		r.needs = e.Needs
	}
	switch e.Status {
	case engine.Looking, engine.Changing:
		if !r.running {
			r.running, b.line, r.began = true, "", e.Time
		}
		r.changed = r.changed && e.Status == engine.Looking || e.Status == engine.Changing
	default:
		r.running = false
		if e.Status == engine.Failed {
			b.stopped()
		}
		r.changed = e.Status != engine.Unchanged
		if e.Seconds > 0 {
			r.seconds = e.Seconds
		}
	}
	b.logStep(e)
}

// stopped notes that nothing runs any more.
func (b *board) stopped() {
	for _, r := range b.rows {
		r.running = false
	}
}

// logStep puts a step's event in the log, each line of it on its own.
func (b *board) logStep(e engine.Event) {
	if e.Status == engine.Looking {
		return
	}
	for i, line := range strings.Split(e.Detail, "\n") {
		if i == 0 {
			line = e.Step + ": " + string(e.Status) + " " + line
		} else {
			line = "    " + line
		}
		b.log.add(line)
	}
	if e.Status == engine.Changing {
		for _, c := range e.Changes {
			b.log.add("  " + c.What)
		}
	}
}

func (b *board) row(name string) *row {
	for _, r := range b.rows {
		if r.name == name {
			return r
		}
	}
	r := &row{name: name, status: pending}
	b.rows = append(b.rows, r)
	return r
}

// finished tells whether a step needs nothing more in this run.
func (r *row) finished() bool {
	return r.status == engine.Unchanged || r.status == engine.Changed || r.status == engine.Applied
}

// leastWeight is the weight of a step that no earlier run did, in seconds.
const leastWeight = 0.2

// weight is how much of the whole a step is, in seconds.
func (b *board) weight(r *row) float64 {
	if !r.changed {
		return leastWeight
	}
	return max(b.expected[r.name], leastWeight)
}

// progress is how much is done, from 0 to 1, and how many seconds the rest will
// take; 0 if there was no earlier run to tell. Steps that don't need each other run at the
// same time, so the rest takes as long as the longest chain of those that do.
func (b *board) progress(now time.Time) (part, rest float64) {
	all, left := 0.0, 0.0
	until := map[string]float64{} // seconds until each step is done
	for _, r := range b.rows {
		remaining := b.remaining(r, now)
		all += b.weight(r)
		left += remaining
		begins := 0.0
		for _, need := range r.needs {
			begins = max(begins, until[need])
		}
		until[r.name] = begins + remaining
		rest = max(rest, until[r.name])
	}
	if all == 0 {
		return 0, 0
	}
	if !slices.ContainsFunc(b.rows, func(r *row) bool { return len(r.needs) > 0 }) { // nobody told: one after the other
		rest = left
	}
	if len(b.expected) == 0 {
		rest = 0
	}
	return 1 - left/all, rest
}

// remaining is how many seconds of a step are still to come.
func (b *board) remaining(r *row, now time.Time) float64 {
	weight := b.weight(r)
	switch {
	case r.finished():
		return 0
	case r.running:
		return max(weight-now.Sub(r.began).Seconds(), weight*0.1)
	}
	return weight
}

// failed is the step that failed, if one did.
func (b *board) failed() *row {
	for _, r := range b.rows {
		if r.status == engine.Failed {
			return r
		}
	}
	return nil
}
