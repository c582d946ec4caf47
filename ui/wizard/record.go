package wizard

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"slipway/steps/engine"
	"slipway/ui/cause"
)

// end adds the lines for the scrollback to how the wizard ended.
func (w *wizard) end() Ending {
	e := w.ending
	if w.board == nil {
		if len(e.Record) == 0 {
			e.Record = []string{"nothing was made or changed"}
		}
		return e
	}
	e.Record = append(e.Record, record(w.board)...)
	switch {
	case e.Outcome != nil:
		if e.Outcome.Served() {
			e.Record = append(e.Record, "done: "+w.board.name+" is deployed")
		} else {
			e.Record = append(e.Record, w.board.name+" is deployed")
		}
		e.Record = append(e.Record, e.Outcome.Visitors.Lines()...)
	case errors.Is(e.Err, context.Canceled):
		e.Record = append(e.Record, "interrupted; this continues: "+w.answers.Command())
	case e.Err != nil:
		e.Record = append(e.Record, cause.Report(w.options.Problem(e.Err))...)
		e.Record = append(e.Record, "this continues: "+w.answers.Command())
	}
	return e
}

// record is what a run did, a line for each step that it changed.
func record(b *board) []string {
	lines := []string{fmt.Sprintf("slipway: %s on %s", b.name, b.provider)}
	unchanged := 0
	for _, r := range b.rows {
		switch r.status {
		case engine.Unchanged:
			unchanged++
		case engine.Changed, engine.Applied, engine.Failed:
			lines = append(lines, strings.TrimRight(fmt.Sprintf("  %-13s %-10s %6.1f s  %s", r.name, r.status, r.seconds, firstLine(r.detail)), " "))
		}
	}
	if unchanged > 0 {
		lines = append(lines, fmt.Sprintf("  %d steps unchanged", unchanged))
	}
	return lines
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
