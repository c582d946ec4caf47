package engine

import (
	"errors"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/remote"
)

// progress reads a job's lines: which facts are in hand, and what each prints.
type progress struct {
	run      *Run
	facts    Facts
	boundary string
	took     map[string]float64 // seconds by fact
	proving  *proving
	armed    bool // the old state is kept, to be put back

	running []*factInHand // in the order in which they began
	failed  *factInHand   // the first one that did
}

// factInHand is a fact whose script runs.
type factInHand struct {
	stepInHand
	last []string // lines that it printed
}

func newProgress(r *Run, facts Facts, boundary string, proving *proving) *progress {
	return &progress{run: r, facts: facts, boundary: boundary, took: map[string]float64{}, proving: proving}
}

// failureLines is how much of what a step printed an error carries: the cause stands
// above the rest of a long traceback, and above what a second installer says.
const failureLines = 100

func (p *progress) line(line string) {
	mark, ok := strings.CutPrefix(line, p.boundary+" ")
	if !ok {
		p.run.Report(line)
		return
	}
	event, name, _ := strings.Cut(mark, " ")
	name, text, _ := strings.Cut(name, " ")
	if event == "line" {
		p.said(name, text)
		return
	}
	if f := p.facts.named([]string{name}); len(f) == 1 {
		p.mark(event, f[0])
	}
}

// said passes on what a fact printed.
func (p *progress) said(name, text string) {
	f := p.inHand(name)
	if f == nil || strings.TrimSpace(text) == "" {
		return
	}
	f.last = append(f.last, text)
	f.last = f.last[max(0, len(f.last)-failureLines):]
	p.run.event(Event{Kind: KindLine, Step: name, Line: text})
}

// inHand is the fact of that name, if its script runs or failed.
func (p *progress) inHand(name string) *factInHand {
	for _, f := range p.running {
		if f.name == name {
			return f
		}
	}
	return nil
}

func (p *progress) mark(event string, f *fact.Fact) {
	switch event {
	case "armed":
		p.armed = true
	case "begin":
		p.begin(f)
	case "end":
		p.end(f)
	case "failed":
		if p.failed == nil {
			p.failed = p.inHand(f.Name)
		}
	}
}

// begin tells that a fact is being changed. A job that began anew, because the server
// rebooted, begins with each of its facts anew.
func (p *progress) begin(f *fact.Fact) {
	p.drop(f)
	p.failed = nil
	begun := &factInHand{stepInHand: stepInHand{name: f.Name, title: f.Title, began: time.Now()}}
	p.running = append(p.running, begun)
	p.run.step = begun.stepInHand
	p.run.stepEvent(begun.stepInHand, Changing, p.run.found(f), 0)
}

func (p *progress) drop(f *fact.Fact) {
	p.running = slices.DeleteFunc(p.running, func(other *factInHand) bool { return other.name == f.Name })
}

func (p *progress) end(f *fact.Fact) {
	ended := p.inHand(f.Name)
	if ended == nil {
		return
	}
	p.drop(f)
	seconds := time.Since(ended.began).Seconds()
	p.took[f.Name] = seconds
	p.run.spent[f.Phase] += seconds
	p.run.stepEvent(ended.stepInHand, Applied, providers.Finding{}, seconds)
	if changed := p.proving.changed; len(changed) > 0 && f == changed[len(changed)-1] {
		p.proving.begin()
	}
}

// failure shows what the step that failed printed, not the whole job. Without one, the
// error belongs to the step that has been in hand for longest.
func (p *progress) failure(err error) error {
	if other := (*stepFailure)(nil); errors.As(err, &other) {
		return err
	}
	at := p.failed
	if at == nil && len(p.running) > 0 {
		at = p.running[0]
	}
	if at == nil {
		return err
	}
	if exit, ok := errors.AsType[*remote.ExitError](err); ok && len(at.last) > 0 {
		exit.What, exit.Tail = "it", strings.Join(at.last, "\n")
	}
	return &stepFailure{step: at.stepInHand, err: err}
}
