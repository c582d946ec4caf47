// Package wizard is the interactive face: screens that collect answers and show the
// engine's events. Package commands runs it on a terminal.
//
// It guarantees: the first frame waits for nothing. Nothing is made or changed before
// Enter on the review. Enter on every screen deploys. A secret is hidden while it is
// typed and kept nowhere. Leaving at any screen leaves what the record says, so that
// the same command continues. It changes nothing itself; the engine does.
package wizard

// The golden files and the pictures of the screens are made by the tests.
//go:generate go test . -update

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/state"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

// Options are what the wizard works with.
type Options struct {
	// Asked is what the command line says.
	Asked plan.Asked
	// Home is where deployments are on record.
	Home state.Home
	// Open opens providers on behalf of the person at the terminal.
	Open func(steps.Operator) engine.OpenProvider
	// Catalog asks a provider that rents whether it accepts the token, and what it sells.
	Catalog func(ctx context.Context, provider string, open engine.OpenProvider) (answers.Catalog, error)
	// Problem describes an error for people.
	Problem func(error) *engine.Problem
	// Shell is the command that logs in to a deployment's server. It gets the
	// terminal.
	Shell func(ctx context.Context, name string, getenv func(string) string) (*exec.Cmd, error)
	// In and Out are the terminal.
	In  io.Reader
	Out io.Writer
}

// Ending is how the wizard ended.
type Ending struct {
	// Err is nil if the app was deployed or a deployment was removed, else why not.
	Err error
	// Outcome is set if the app was deployed.
	Outcome *engine.Outcome
	// Record are lines for the terminal's scrollback.
	Record []string
}

// framesPerSecond is how often the screen is drawn at most. More would show the first
// frame sooner, but each costs a little even if nothing changed.
const framesPerSecond = 40

// Run shows the wizard until the person leaves or ctx ends. It returns once all that
// it started has stopped, or at once after a second Ctrl-C.
func Run(ctx context.Context, o Options) Ending {
	w := newWizard(ctx, o, terminalLook(o.Out, o.Asked.Getenv))
	program := tea.NewProgram(w, tea.WithInput(o.In), tea.WithOutput(o.Out), tea.WithAltScreen(),
		tea.WithoutSignalHandler(), tea.WithFPS(framesPerSecond))
	_, err := program.Run()
	w.cancel(context.Canceled)
	if !w.abandoned {
		w.working.Wait()
	}
	w.closing()
	switch {
	case errors.Is(err, tea.ErrProgramKilled) && w.ctx.Err() == nil, err != nil && w.ending.Err == nil && w.ending.Outcome == nil:
		w.ending.Err = fmt.Errorf("the terminal can't be used: %w", err)
	}
	return w.end()
}

// wizard is the program's state: the answers, and a stack of screens.
type wizard struct {
	options Options
	look    *look
	ctx     context.Context
	cancel  context.CancelCauseFunc
	working sync.WaitGroup

	width, height int
	stack         []screen
	help          bool

	answers answers.Answers
	// plan is the plan that the answers made when they were last complete.
	plan plan.Plan
	// catalogs are what the providers sell that were asked, by name.
	catalogs map[string]answers.Catalog

	// busy is true while something runs that must stop before the wizard leaves.
	busy bool
	// leaving is true once the person asked to leave, abandoned once they
	// asked again.
	leaving, abandoned bool
	ending             Ending
	board              *board
	asker              *asker
	// now is the clock; tests stop it.
	now func() time.Time
	// askedBackups is set once the person was asked where backups go.
	askedBackups bool
	// atEnd is done when the wizard ends.
	atEnd []func()
}

// screen is one page. Its methods run on the one goroutine of the program.
type screen interface {
	// title is the part of the path at the top that is marked.
	title() string
	// shown is called whenever it comes to the top.
	shown(*wizard) tea.Cmd
	// update takes a key or an answer of its own work.
	update(*wizard, tea.Msg) tea.Cmd
	// view renders its body for a width and a height.
	view(w *wizard, width, height int) string
	// keys are what the keys do now.
	keys(*wizard) []key
	// typing is true while letters are text.
	typing() bool
}

// key is a key and what it does.
type key struct{ key, does string }

// delivered is the result of work for the screen that started it, which may not be
// on top.
type delivered struct {
	to  screen
	msg tea.Msg
}

// interrupted says that a signal ended the context.
type interrupted struct{}

func newWizard(ctx context.Context, o Options, l *look) *wizard {
	w := &wizard{options: o, look: l, answers: answers.From(o.Asked), asker: newAsker(), now: time.Now, catalogs: map[string]answers.Catalog{}}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	w.stack = []screen{&start{}}
	return w
}

// Init starts the first screen. The first frame waits for nothing.
func (w *wizard) Init() tea.Cmd {
	return tea.Batch(w.top().shown(w), w.listen(), func() tea.Msg { <-w.ctx.Done(); return interrupted{} })
}

func (w *wizard) top() screen { return w.stack[len(w.stack)-1] }

// Update passes a message to the screen that it is for.
func (w *wizard) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		w.width, w.height = m.Width, m.Height
		return w, nil
	case interrupted:
		return w, w.interrupt()
	case delivered:
		return w, w.deliver(m)
	case question:
		return w, tea.Batch(w.push(newAsk(m, w.top().title())), w.listen())
	case tea.KeyMsg:
		return w, w.typed(m)
	}
	return w, w.top().update(w, msg)
}

func (w *wizard) deliver(m delivered) tea.Cmd {
	for _, s := range w.stack {
		if s == m.to {
			return s.update(w, m.msg)
		}
	}
	if held, ok := m.msg.(interface{ discard() }); ok {
		held.discard()
	}
	return nil
}

// typed handles keys that arrived together one by one.
func (w *wizard) typed(k tea.KeyMsg) tea.Cmd {
	if k.Type != tea.KeyRunes || k.Paste || len(k.Runes) < 2 {
		return w.pressed(k)
	}
	var all []tea.Cmd
	for _, r := range k.Runes {
		all = append(all, w.pressed(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: k.Alt}))
	}
	return tea.Batch(all...)
}

func (w *wizard) pressed(k tea.KeyMsg) tea.Cmd {
	switch {
	case k.Type == tea.KeyCtrlC:
		return w.interrupt()
	case w.small():
		return nil // the person can't see what the key would do
	case w.help:
		w.help = false
		return nil
	case k.String() == "?" && !w.top().typing():
		w.help = true
		return nil
	}
	return w.top().update(w, k)
}

// interrupt stops what runs, then leaves; the second time it leaves at once.
func (w *wizard) interrupt() tea.Cmd {
	if w.leaving {
		w.abandoned = w.busy
		return tea.Quit
	}
	w.leaving = true
	if w.ending.Outcome == nil && w.ending.Err == nil {
		w.ending.Err = context.Canceled
	}
	w.cancel(context.Canceled)
	if w.busy {
		return nil
	}
	return tea.Quit
}

// idle says that what ran has stopped.
func (w *wizard) idle() tea.Cmd {
	w.busy = false
	if w.leaving {
		return tea.Quit
	}
	return nil
}

// async does work in a goroutine and delivers its result to the screen.
func (w *wizard) async(to screen, work func(context.Context) tea.Msg) tea.Cmd {
	answer := make(chan tea.Msg, 1)
	w.working.Go(func() { answer <- work(w.ctx) })
	return func() tea.Msg { return delivered{to, <-answer} }
}

// push goes on to a screen.
func (w *wizard) push(s screen) tea.Cmd {
	w.stack = append(w.stack, s)
	return s.shown(w)
}

// replace puts a screen in the place of another, on top or below.
func (w *wizard) replace(old, with screen) tea.Cmd {
	for i, s := range w.stack {
		if s == old {
			w.stack[i] = with
		}
	}
	if w.top() == with {
		return with.shown(w)
	}
	return nil
}

// back goes to the previous screen, and leaves from the first.
func (w *wizard) back() tea.Cmd {
	if len(w.stack) == 1 {
		return w.quit()
	}
	w.stack = w.stack[:len(w.stack)-1]
	return w.top().shown(w)
}

// restart goes back to the first screen.
func (w *wizard) restart() tea.Cmd {
	w.stack = w.stack[:1]
	return w.top().shown(w)
}

func (w *wizard) quit() tea.Cmd {
	if w.ending.Outcome == nil && w.ending.Err == nil {
		w.ending.Err = context.Canceled
	}
	return tea.Quit
}

// atClose has something done when the wizard ends.
func (w *wizard) atClose(do func()) { w.atEnd = append(w.atEnd, do) }

func (w *wizard) closing() {
	for _, do := range w.atEnd {
		do()
	}
}

// open opens providers with the environment and the answers as they are now.
func (w *wizard) open() engine.OpenProvider {
	return w.options.Open(w.asker.operator(w.answers.Clone().Getenv))
}
