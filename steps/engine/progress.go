package engine

import (
	"errors"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/remote"
)

// progress reads a job's lines: which fact is in hand, and what it prints.
type progress struct {
	run      *Run
	facts    Facts
	boundary string
	took     map[string]float64 // seconds by fact
	last     []string           // lines of the fact in hand
	proving  *proving
	armed    bool // the old state is kept, to be put back
}

// failureLines is how much of what a step printed an error carries: the cause stands
// above the rest of a long traceback, and above what a second installer says.
const failureLines = 100

func (p *progress) line(line string) {
	mark, ok := strings.CutPrefix(line, p.boundary+" ")
	if !ok {
		p.last = append(p.last, line)
		p.last = p.last[max(0, len(p.last)-failureLines):]
		p.run.Report(line)
		return
	}
	event, name, _ := strings.Cut(mark, " ")
	for _, f := range p.facts {
		if f.Name == name {
			p.mark(event, f)
		}
	}
}

func (p *progress) mark(event string, f *fact.Fact) {
	r := p.run
	if event == "armed" {
		p.armed = true
		return
	}
	if event == "begin" {
		r.StartStep(f.Name, f.Title)
		p.last = nil
		r.stepEvent(r.step, Changing, r.found(f), 0)
		return
	}
	seconds := time.Since(r.step.began).Seconds()
	p.took[f.Name] = seconds
	r.spent[f.Phase] += seconds
	r.stepEvent(r.step, Applied, providers.Finding{}, seconds)
	if changed := p.proving.changed; len(changed) > 0 && f == changed[len(changed)-1] {
		p.proving.begin()
	}
}

// failure shows what the step in hand printed, not the whole job.
func (p *progress) failure(err error) error {
	var exit *remote.ExitError
	if errors.As(err, &exit) && len(p.last) > 0 {
		exit.What, exit.Tail = "it", strings.Join(p.last, "\n")
	}
	return err
}
