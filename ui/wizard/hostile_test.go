package wizard

import (
	"errors"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/ui/golden"
)

// hostileBoard is a run whose every text is hostile.
func hostileBoard() *board {
	b := newBoard(nil)
	for _, kind := range []engine.Kind{engine.KindStart, engine.KindStep, engine.KindLine, engine.KindNote} {
		var e engine.Event
		golden.Fill(&e)
		e.Kind, e.Status = kind, engine.Failed
		b.event(e)
	}
	return b
}

// TestHostileOutput shows every screen that has text of others, all of it hostile, in
// colours: nothing but colours is in it that a terminal obeys.
func TestHostileOutput(t *testing.T) {
	failed := &engine.StepError{Step: golden.Hostile, Err: errors.New(golden.Hostile)}
	var summary steps.Summary
	var holding providers.Holding
	var outcome engine.Outcome
	for _, p := range []any{&summary, &holding, &outcome} {
		golden.Fill(p)
	}
	for name, screen := range map[string]func(*wizard) screen{
		"progress": func(*wizard) screen { return newProgress(hostileBoard()) },
		"failure":  func(w *wizard) screen { return newFailure(w, hostileBoard(), failed) },
		"log":      func(*wizard) screen { return newLogs(hostileBoard().log) },
		"done":     func(w *wizard) screen { return newDone(w, hostileBoard(), outcome, 1) },
		"trust": func(*wizard) screen {
			return newAsk(question{text: golden.Hostile, prints: []string{golden.Hostile}}, "Review")
		},
		"review":  func(*wizard) screen { return &review{found: &reviewed{board: hostileBoard(), plan: thePlan()}} },
		"trouble": func(*wizard) screen { return &review{found: &reviewed{err: failed}} },
		"removal": func(*wizard) screen {
			r := newRemoval(golden.Hostile, (*wizard).restart)
			r.opened = &steps.Removal{Name: golden.Hostile, Holdings: []providers.Holding{holding},
				Data: steps.Data{Kept: []providers.Datum{{What: golden.Hostile, Detail: golden.Hostile}}, Unseen: failed, Backup: golden.Hostile}}
			return r
		},
		"unfinished": func(*wizard) screen { return newUnfinished(summary) },
	} {
		t.Run(name, func(t *testing.T) {
			p := sit(t, nil)
			p.w.stack = append(p.w.stack, screen(p.w))
			golden.Harmless(t, "the plain screen", p.w.View())
			p.w.look = colouredLook(t, termenv.TrueColor, true)
			p.w.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
			golden.Harmless(t, "the screen without its colours", p.screen())
		})
	}
	p := sit(t, nil)
	p.w.board, p.w.ending.Err = hostileBoard(), failed
	for _, line := range p.w.end().Record {
		if line == golden.Hostile {
			t.Errorf("the record has %q", line)
		}
	}
}
