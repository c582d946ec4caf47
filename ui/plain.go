// Package ui shows the events of a run: Plain for people, JSON for programs. The
// interactive faces are in packages below it, and so is the command line, which
// makes the faces.
//
// A face changes nothing and never holds the run up. It prints the result (the URL,
// or JSON lines) to one stream and everything else to another, so that a script can
// rely on the first. Text that others wrote, such as an app's output, reaches a
// terminal without control characters.
package ui

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"slipway/providers"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/answers"
	"slipway/ui/cause"
	"slipway/ui/text"
)

// Face shows a run's events to somebody. Close it after the last event.
type Face interface {
	Event(engine.Event)
	Close()
}

// aliveEvery is how often a step that takes long prints its last line.
const aliveEvery = 10 * time.Second

// Plain prints a line for each step to progress, and the URL to result.
type Plain struct {
	result, progress io.Writer

	mu       sync.Mutex
	running  []*running // in the order in which they began
	stop     chan struct{}
	finished sync.WaitGroup
}

// running is a step that runs.
type running struct {
	step  string
	began time.Time
	last  string // the last line that it printed
}

// NewPlain makes the face of --yes. What programs and servers wrote comes to progress
// without control characters.
func NewPlain(result, progress io.Writer) *Plain {
	p := &Plain{result: result, progress: text.Writer{Out: progress}, stop: make(chan struct{})}
	p.finished.Go(p.alive)
	return p
}

// Close ends the face; it returns once nothing more will be printed.
func (p *Plain) Close() {
	close(p.stop)
	p.finished.Wait()
}

// alive prints the last line of a step that takes long.
func (p *Plain) alive() {
	ticker := time.NewTicker(aliveEvery)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
		}
		p.mu.Lock()
		for _, r := range p.running {
			if took := time.Since(r.began); took >= aliveEvery/2 {
				p.printf("    %-13s %4.0f s  %s\n", r.step, took.Seconds(), clip(r.last))
			}
		}
		p.mu.Unlock()
	}
}

// begin notes that a step runs, if that is news.
func (p *Plain) begin(step string) {
	if p.find(step) == nil {
		p.running = append(p.running, &running{step: step, began: time.Now()})
	}
}

// end notes that a step runs no more.
func (p *Plain) end(step string) {
	p.running = slices.DeleteFunc(p.running, func(r *running) bool { return r.step == step })
}

// find is a step that runs; nil if it does not.
func (p *Plain) find(step string) *running {
	for _, r := range p.running {
		if r.step == step {
			return r
		}
	}
	return nil
}

// Event prints the event.
func (p *Plain) Event(e engine.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e.Kind {
	case engine.KindStart:
		p.start(e)
	case engine.KindStep:
		p.stepped(e)
	case engine.KindLine:
		if r := p.find(e.Step); r != nil {
			r.last = e.Line
		}
	case engine.KindNote:
		p.printf("  note: %s\n", e.Line)
	case engine.KindDone:
		p.done(e)
	case engine.KindPlanned:
		p.planned(e)
	case engine.KindFailed:
		for _, line := range cause.Report(e.Problem) {
			p.printf("%s\n", line)
		}
	}
}

func (p *Plain) start(e engine.Event) {
	p.printf("slipway: %s on %s\n", e.Name, e.Provider)
	for _, v := range e.Values {
		if v.From != plan.FromDefault && v.From != plan.FromEarlier {
			p.printf("  %-22s %s (%s)\n", v.Key, v.Value, v.From)
		}
	}
}

func (p *Plain) stepped(e engine.Event) {
	switch e.Status {
	case engine.Looking:
		p.begin(e.Step)
	case engine.Changing:
		p.begin(e.Step)
		for _, c := range e.Changes {
			p.printf("    %-13s %s\n", e.Step, answers.AboutChange(c))
		}
	case engine.Applied:
		p.end(e.Step)
	case engine.WouldChange:
		p.end(e.Step)
		p.printf("  %-13s would change\n", e.Step)
		for _, c := range e.Changes {
			p.printf("    %s\n", answers.AboutChange(c))
		}
	case engine.Failed:
		p.running = nil
		p.printf("  %-13s failed after %.1f s\n", e.Step, e.Seconds)
	case engine.Unchanged, engine.Changed:
		p.end(e.Step)
		line := fmt.Sprintf("  %-13s %-9s %7.1f s  %s", e.Step, e.Status, e.Seconds, e.Detail)
		p.printf("%s\n", strings.TrimRight(line, " \n"))
	}
}

func (p *Plain) done(e engine.Event) {
	if e.Changed {
		what := "done"
		if !e.Served() {
			what = "deployed"
		}
		p.printf("%s in %.1f s: %s%s\n", what, e.Seconds, spent(e), overSSH("; ", e.RoundTrips))
	} else {
		p.printf("no changes (%.1f s%s)\n", e.Seconds, overSSH(", ", e.RoundTrips))
	}
	for _, line := range e.Visitors.Lines() {
		p.printf("%s\n", line)
	}
	text.Fprintln(p.result, e.URL)
}

func (p *Plain) planned(e engine.Event) {
	p.printf("nothing was changed; %s\n", planCost(e))
}

// planCost is what a plan costs, and what runs already.
func planCost(e engine.Event) string {
	switch {
	case e.Before > 0 && e.Before == e.After:
		return fmt.Sprintf("it costs %s as before", providers.AMonth(e.Before))
	case e.Before > 0:
		return fmt.Sprintf("it costs %s now and would cost $%.2f", providers.AMonth(e.Before), e.After)
	case e.Monthly > 0:
		return "what would be made costs " + providers.AMonth(e.Monthly)
	}
	return "it costs nothing"
}

// overSSH counts round trips, behind a separator; a target without a server has
// none to tell of.
func overSSH(separator string, trips int) string {
	switch trips {
	case 0:
		return ""
	case 1:
		return separator + "1 round trip over SSH"
	}
	return fmt.Sprintf("%s%d round trips over SSH", separator, trips)
}

// spent tells how long each phase took, in order.
func spent(e engine.Event) string {
	var parts []string
	for _, phase := range []providers.Phase{providers.PhaseImage, providers.PhaseBoot, providers.PhaseApt,
		providers.PhasePip, providers.PhaseTests, providers.PhaseOther} {
		if seconds, ok := e.Spent[phase]; ok && seconds >= 0.05 {
			parts = append(parts, fmt.Sprintf("%s %.1f", phase, seconds))
		}
	}
	return strings.Join(parts, ", ")
}

func (p *Plain) printf(format string, args ...any) {
	text.Fprintf(p.progress, format, args...)
}

// clip cuts a line for a narrow terminal.
func clip(line string) string {
	const width = 56
	line = strings.TrimSpace(text.Clean(text.LastState(line)))
	if r := []rune(line); len(r) > width {
		return string(r[:width-1]) + "…"
	}
	return line
}
