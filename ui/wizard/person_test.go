package wizard

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

// noon is when tests happen.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func plainLook() *look {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.Ascii)
	lipgloss.SetDefaultRenderer(r) // the terminal of whoever tests does not count
	return newLook(r)
}

// person is somebody at the wizard.
type person struct {
	t *testing.T
	w *wizard
}

// sit starts a wizard in an app's folder, with a home of its own.
func sit(t *testing.T, change func(*Options)) *person {
	t.Helper()
	o := Options{
		Asked: plan.Asked{Sample: "hello", Getenv: func(string) string { return "" }, Flags: map[string]string{}},
		Home:  state.Home{Dir: t.TempDir()}, Open: open,
		Catalog: func(context.Context, string, engine.OpenProvider) (answers.Catalog, error) {
			return answers.OfDigitalOcean(catalog), nil
		},
		Problem: func(err error) *engine.Problem {
			p := &engine.Problem{Error: err.Error(), Code: 1}
			if hinted, ok := errors.AsType[interface {
				error
				Hint() string
			}](err); ok {
				p.Hint = hinted.Hint()
			}
			return p
		},
		Out: io.Discard,
	}
	if change != nil {
		change(&o)
	}
	p := &person{t: t, w: newWizard(t.Context(), o, plainLook())}
	p.w.now = func() time.Time { return noon }
	p.w.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	t.Cleanup(func() {
		p.w.cancel(context.Canceled)
		p.w.working.Wait()
		p.w.closing()
	})
	p.do(p.w.top().shown(p.w))
	return p
}

// do runs commands to their end, and what follows from them. It returns true if
// the wizard was left.
func (p *person) do(cmd tea.Cmd) bool {
	p.t.Helper()
	if cmd == nil {
		return false
	}
	answer := make(chan tea.Msg, 1)
	go func() { answer <- cmd() }()
	var msg tea.Msg
	select {
	case msg = <-answer:
	case <-time.After(20 * time.Second):
		p.t.Fatal("a command did not end")
	}
	switch m := msg.(type) {
	case nil:
		return false
	case tea.QuitMsg:
		return true
	case tea.BatchMsg:
		left := false
		for _, each := range m {
			left = p.do(each) || left
		}
		return left
	case delivered:
		if _, ok := m.msg.(tick); ok {
			return false
		}
	}
	_, next := p.w.Update(msg)
	return p.do(next)
}

// special are the keys that are no letters.
var special = map[string]tea.KeyType{"enter": tea.KeyEnter, "esc": tea.KeyEsc, "up": tea.KeyUp, "down": tea.KeyDown, "tab": tea.KeyTab,
	"left": tea.KeyLeft, "right": tea.KeyRight, "ctrl+c": tea.KeyCtrlC, "ctrl+u": tea.KeyCtrlU, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp,
	"home": tea.KeyHome, "end": tea.KeyEnd}

// press presses keys by name; what has no name is typed. It returns true if the
// wizard was left.
func (p *person) press(keys ...string) bool {
	p.t.Helper()
	left := false
	for _, name := range keys {
		k := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
		if kind, ok := special[name]; ok {
			k = tea.KeyMsg{Type: kind}
		}
		_, cmd := p.w.Update(k)
		left = p.do(cmd) || left
	}
	return left
}

func (p *person) screen() string { return ansi.Strip(p.w.View()) }

// sees fails unless the screen has every text.
func (p *person) sees(texts ...string) {
	p.t.Helper()
	screen := p.screen()
	// Where lines break is another matter.
	flat := strings.Join(strings.Fields(strings.ReplaceAll(screen, "\\\n", "")), " ")
	for _, text := range texts {
		if !strings.Contains(screen, text) && !strings.Contains(flat, text) {
			p.t.Fatalf("the screen does not show %q:\n%s", text, screen)
		}
	}
}

func (p *person) misses(text string) {
	p.t.Helper()
	if screen := p.screen(); strings.Contains(screen, text) {
		p.t.Fatalf("the screen shows %q:\n%s", text, screen)
	}
}
