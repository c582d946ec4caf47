package wizard

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// progress shows the steps of a run while it lasts.
type progress struct {
	board *board
	began time.Time
	feed  *feed
	frame int
}

// feed holds the engine's events until the screen is drawn again, so that the
// engine never waits for the screen.
type feed struct {
	mu     sync.Mutex
	events []engine.Event
}

func (f *feed) put(e engine.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, e)
}

func (f *feed) take() []engine.Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	events := f.events
	f.events = nil
	return events
}

// runEnded is how the engine's run ended.
type runEnded struct {
	outcome engine.Outcome
	err     error
}

func newProgress(b *board) *progress { return &progress{board: b, feed: &feed{}} }

func (p *progress) title() string { return "Deploy" }

// shown starts the run. It is called again when the log above it is closed.
func (p *progress) shown(w *wizard) tea.Cmd {
	if !p.began.IsZero() {
		return nil
	}
	p.began, w.busy, w.board = w.now(), true, p.board
	asked, home, open, feed := w.answers.Asked(), w.options.Home, w.open(), p.feed
	run := w.async(p, func(ctx context.Context) tea.Msg {
		plan, err := plan.Make(ctx, asked, home) // the folder may have changed since
		if err != nil {
			return runEnded{err: err}
		}
		outcome, err := steps.Deploy(ctx, plan, home, open, feed.put)
		return runEnded{outcome, err}
	})
	return tea.Batch(run, w.tick(p))
}

func (p *progress) update(w *wizard, msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tick:
		p.frame++
		p.drain()
		return w.tick(p)
	case runEnded:
		p.drain()
		return p.ended(w, m)
	case tea.KeyMsg:
		if m.String() == "l" {
			return w.push(newLogs(p.board.log))
		}
	}
	return nil
}

func (p *progress) drain() {
	for _, e := range p.feed.take() {
		p.board.event(e)
	}
}

// ended shows how the run ended.
func (p *progress) ended(w *wizard, m runEnded) tea.Cmd {
	took := w.now().Sub(p.began)
	if m.err == nil {
		w.ending.Err, w.ending.Outcome = nil, &m.outcome
		return tea.Batch(w.idle(), w.replace(p, newDone(w, p.board, m.outcome, took)))
	}
	if w.leaving {
		return w.idle()
	}
	w.busy = false
	return w.replace(p, newFailure(w, p.board, m.err))
}

func (p *progress) view(w *wizard, width, height int) string {
	now := w.now()
	head := w.look.strong.Render("Deploying "+p.board.name) + "\n\n"
	foot := p.foot(w, width, now)
	return head + strings.Join(p.list(w, width, height-5, now), "\n") + "\n" + foot
}

// list is the steps around those that run.
func (p *progress) list(w *wizard, width, height int, now time.Time) []string {
	var lines []string
	from, to := 0, 0
	for _, r := range p.board.rows {
		if r.running || r.finished() {
			to = len(lines)
		}
		if r.finished() && from == len(lines)-1 || len(lines) == 0 {
			from = len(lines)
		}
		lines = append(lines, p.row(w, r, width, now))
	}
	lines = window(w, lines, min(from, to), to+1, height)
	for len(lines) < height {
		lines = append(lines, "")
	}
	return lines
}

func (p *progress) row(w *wizard, r *row, width int, now time.Time) string {
	mark, title, time := w.look.faint.Render(w.look.todo), w.look.faint.Render(r.title), ""
	seconds := r.seconds
	switch {
	case r.running:
		mark, title = w.look.accent.Render(p.spinner(w)), w.look.strong.Render(r.title)
		seconds = now.Sub(r.began).Seconds()
	case r.status == engine.Unchanged:
		mark, title, time = w.look.good.Render(w.look.done), r.title, "unchanged"
	case r.status == engine.Changed, r.status == engine.Applied:
		mark, title = w.look.good.Render(w.look.done), r.title
	case r.status == engine.Failed:
		mark, title = w.look.bad.Render(w.look.failed), w.look.bad.Render(r.title)
	}
	if time == "" && r.status != pending {
		time = fmt.Sprintf("%.1f s", seconds)
	}
	return mark + " " + w.look.padded(title, width-14) + w.look.faint.Render(fmt.Sprintf("%11s", time))
}

func (p *progress) spinner(w *wizard) string {
	if w.look.still {
		return w.look.now
	}
	return w.look.spin[p.frame%len(w.look.spin)]
}

// foot is the last line of output, the bar, and the time.
func (p *progress) foot(w *wizard, width int, now time.Time) string {
	part, rest := p.board.progress(now)
	elapsed := fmt.Sprintf("%3.0f%%  %s", part*100, duration(now.Sub(p.began)))
	if rest > 0 {
		elapsed += ", about " + duration(time.Duration(rest*float64(time.Second))) + " left"
	}
	return w.look.faint.Render(w.look.padded("  "+p.board.line, width)) + "\n" +
		bar(w, part, width-36) + "  " + w.look.padded(elapsed, 34)
}

func bar(w *wizard, part float64, width int) string {
	full := int(part * float64(width))
	return w.look.accent.Render(strings.Repeat(w.look.full, full)) + w.look.faint.Render(strings.Repeat(w.look.empty, width-full))
}

// duration is a time as people write it: "8 s", "2 min 5 s".
func duration(d time.Duration) string {
	seconds := int(d.Round(time.Second).Seconds())
	if seconds < 60 {
		return fmt.Sprintf("%d s", seconds)
	}
	return fmt.Sprintf("%d min %d s", seconds/60, seconds%60)
}

func (p *progress) keys(*wizard) []key {
	return []key{{"l", "log"}, {"?", "help"}, {"Ctrl-C", "stop; the same command continues"}}
}

func (p *progress) typing() bool { return false }
