package wizard

import (
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
	// changed is true if this run has to change something for it.
	changed bool
}

// board is where each step stands, by the events so far.
type board struct {
	name, provider string
	values         []plan.NamedValue
	rows           []*row
	// now is the step that runs, nil between steps.
	now *row
	// line is the last line that the step that runs printed.
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
		next.rows = append(next.rows, &row{name: r.name, title: r.title, status: pending, changed: r.status == engine.WouldChange || r.changed})
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
	switch e.Status {
	case engine.Looking, engine.Changing:
		if b.now != r {
			b.now, b.line, r.began = r, "", e.Time
		}
		r.changed = r.changed && e.Status == engine.Looking || e.Status == engine.Changing
	default:
		b.now = nil
		r.changed = e.Status != engine.Unchanged
		if e.Seconds > 0 {
			r.seconds = e.Seconds
		}
	}
	b.logStep(e)
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
// take; 0 if there was no earlier run to tell.
func (b *board) progress(now time.Time) (part, rest float64) {
	all, done := 0.0, 0.0
	for _, r := range b.rows {
		weight := b.weight(r)
		all += weight
		switch {
		case r.finished():
			done += weight
		case r == b.now:
			done += min(now.Sub(r.began).Seconds(), weight*0.9)
		}
	}
	if all == 0 {
		return 0, 0
	}
	if len(b.expected) == 0 {
		return done / all, 0
	}
	return done / all, all - done
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
