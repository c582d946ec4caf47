package wizard

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"slipway/steps/engine"
)

// end completes how the wizard was left with lines for the scrollback.
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
		e.Record = append(e.Record, "done: "+w.board.name+" is deployed")
	case errors.Is(e.Err, context.Canceled):
		e.Record = append(e.Record, "interrupted; this continues: "+w.answers.Command())
	case e.Err != nil:
		p := w.options.Problem(e.Err)
		e.Record = append(e.Record, "error: "+p.Error)
		if p.Hint != "" {
			e.Record = append(e.Record, "hint: "+p.Hint)
		}
		e.Record = append(e.Record, "this continues: "+w.answers.Command())
	}
	return e
}

// record is a run in a few lines.
func record(b *board) []string {
	lines := []string{fmt.Sprintf("slipway: %s on %s", b.name, b.provider)}
	so := 0
	for _, r := range b.rows {
		switch r.status {
		case engine.Unchanged:
			so++
		case engine.Changed, engine.Applied, engine.Failed:
			lines = append(lines, strings.TrimRight(fmt.Sprintf("  %-13s %-10s %6.1f s  %s", r.name, r.status, r.seconds, firstLine(r.detail)), " "))
		}
	}
	if so > 0 {
		lines = append(lines, fmt.Sprintf("  %d steps were so already", so))
	}
	return lines
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
