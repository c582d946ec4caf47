package wizard

import (
	"time"

	"slipway/providers"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// pending is a step that nothing was heard of yet.
const pending engine.Status = "to do"

// row is where one step stands.
type row struct {
	name, title, detail string
	status              engine.Status
	changes             []providers.Change
	began               time.Time
	seconds             float64
	// changed is true if this run had something to do for it.
	changed bool
}

// board is what events amount to: where each step stands.
type board struct {
	name, provider string
	values         []plan.NamedValue
	rows           []*row
	// now is the step in hand, nil between steps.
	now *row
	// line is the last that the step in hand printed.
	line  string
	notes []string
	log   *lines
	// expected are the seconds of each step by earlier runs.
	expected map[string]float64
}

func newBoard(expected map[string]float64) *board {
	return &board{log: newLines(), expected: expected}
}

// fresh is a board of the same steps of which none is begun.
func (b *board) fresh() *board {
	next := newBoard(b.expected)
	next.name, next.provider, next.values, next.log = b.name, b.provider, b.values, b.log
	for _, r := range b.rows {
		next.rows = append(next.rows, &row{name: r.name, title: r.title, status: pending, changed: r.status == engine.WouldChange || r.changed})
	}
	return next
}

// event takes an event in.
func (b *board) event(e engine.Event) {
	switch e.Kind {
	case engine.KindStart:
		b.name, b.provider, b.values = e.Name, e.Provider, e.Values
	case engine.KindStep:
		b.stepped(e)
	case engine.KindLine:
		b.line = clean(e.Line)
		b.log.add("    " + e.Line)
	case engine.KindNote:
		b.notes = append(b.notes, clean(e.Line))
		b.log.add("  note: " + e.Line)
	}
}

func (b *board) stepped(e engine.Event) {
	r := b.row(e.Step)
	r.title, r.status = e.Title, e.Status
	if len(e.Changes) > 0 {
		r.changes = e.Changes
	}
	if e.Detail != "" {
		r.detail = clean(e.Detail)
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
	b.told(e)
}

// told puts a step's event in the log.
func (b *board) told(e engine.Event) {
	if e.Status == engine.Looking {
		return
	}
	b.log.add(e.Step + ": " + string(e.Status) + " " + e.Detail)
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

// settled tells whether a step needs nothing more in this run.
func (r *row) settled() bool {
	return r.status == engine.Unchanged || r.status == engine.Changed || r.status == engine.Applied
}

// leastWeight is what a step counts of which no earlier run tells.
const leastWeight = 0.2

// weight is how much of the whole a step is, in seconds.
func (b *board) weight(r *row) float64 {
	if !r.changed {
		return leastWeight
	}
	return max(b.expected[r.name], leastWeight)
}

// progress is how much is done, from 0 to 1, and how many seconds are expected
// to be left; these are 0 if no earlier run tells.
func (b *board) progress(now time.Time) (part, left float64) {
	all, done := 0.0, 0.0
	for _, r := range b.rows {
		weight := b.weight(r)
		all += weight
		switch {
		case r.settled():
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

// counts are how many steps are to be changed and how many are so already.
func (b *board) counts() (change, so int) {
	for _, r := range b.rows {
		if r.status == engine.Unchanged {
			so++
		} else {
			change++
		}
	}
	return change, so
}

// cost is what would be made costs, in US dollars.
func (b *board) cost() (monthly, hourly float64) {
	for _, r := range b.rows {
		for _, c := range r.changes {
			monthly += c.Monthly
			hourly += c.Hourly
		}
	}
	return monthly, hourly
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
