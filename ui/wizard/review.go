package wizard

import (
	"context"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

// review shows all that would be made or changed. Only Enter on it makes
// anything.
type review struct {
	// kept is true if an unfinished deployment is continued.
	kept  bool
	found *reviewed
	top   int // first line that is shown
	lines int // how many there are
}

// reviewed is what a look at everything found.
type reviewed struct {
	board *board
	plan  plan.Plan
	err   error
}

func (r *review) title() string { return "Review" }

func (r *review) shown(w *wizard) tea.Cmd {
	r.found, r.top = nil, 0
	asked, home, open := w.answers.Asked(), w.options.Home, w.open()
	return w.async(r, func(ctx context.Context) tea.Msg {
		found := &reviewed{}
		if found.plan, found.err = plan.Make(asked, home); found.err != nil {
			return found
		}
		expected, err := steps.Expected(found.plan, home)
		if err != nil {
			found.err = err
			return found
		}
		found.board = newBoard(expected)
		_, found.err = steps.Preview(ctx, found.plan, home, open, found.board.event)
		return found
	})
}

func (r *review) update(w *wizard, msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case *reviewed:
		r.found = m
		if m.err == nil {
			w.plan = m.plan
		}
	case tea.KeyMsg:
		return r.pressed(w, m)
	}
	return nil
}

func (r *review) pressed(w *wizard, k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "esc":
		return w.back()
	case "enter":
		return r.confirmed(w)
	case "e":
		if r.failed() {
			return w.edit(answers.Culprit(r.found.err, w.answers.Settings[plan.KeyProvider]))
		}
	}
	r.scroll(k.String())
	return nil
}

func (r *review) failed() bool { return r.found != nil && r.found.err != nil }

// confirmed deploys, once everything was seen; after an error it looks again.
func (r *review) confirmed(w *wizard) tea.Cmd {
	switch {
	case r.found == nil:
		return nil
	case r.found.err != nil:
		return r.shown(w)
	}
	return w.push(newProgress(r.found.board.fresh()))
}

func (r *review) scroll(k string) {
	switch k {
	case "up", "k":
		r.top--
	case "down", "j":
		r.top++
	case "pgup", "b":
		r.top -= 8
	case "pgdown", " ":
		r.top += 8
	case "home", "g":
		r.top = 0
	case "end", "G":
		r.top = r.lines
	}
	r.top = max(0, min(r.top, r.lines))
}

func (r *review) view(w *wizard, width, height int) string {
	switch {
	case r.found == nil:
		return w.look.strong.Render("Review") + "\n\n" + w.look.faint.Render("  looking at what is there already"+w.look.ellipsis)
	case r.found.err != nil:
		return r.trouble(w, width)
	}
	head := r.head(w, width)
	foot := r.foot(w, width)
	room := height - len(head) - len(foot)
	list := r.list(w, width)
	r.lines = max(0, len(list)-room)
	r.top = min(r.top, r.lines)
	part := list[r.top:min(len(list), r.top+room)]
	for len(part) < room {
		part = append(part, "")
	}
	if r.top < r.lines {
		part[room-1] = w.look.faint.Render(fmt.Sprintf("  %s %d more lines below", w.look.ellipsis, r.lines-r.top+1))
	}
	return strings.Join(append(append(head, part...), foot...), "\n")
}

// trouble says what stands in the way before anything is made.
func (r *review) trouble(w *wizard, width int) string {
	p := w.options.Problem(r.found.err)
	text := w.look.bad.Render("This can't be deployed as it is") + "\n\n" + indented("  ", p.Error, width)
	if p.Hint != "" {
		text += "\n\n" + w.look.strong.Render("What helps") + "\n" + indented("  ", p.Hint, width)
	}
	return text + "\n\n" + w.look.faint.Render("  Nothing was made. Enter looks again, e changes the answer, Esc goes back.")
}

// head says what is deployed where, and what it costs.
func (r *review) head(w *wizard, width int) []string {
	b := r.found.board
	place, _ := answers.AboutProvider(b.provider)
	change, so := b.counts()
	monthly, hourly := b.cost()
	lines := []string{w.look.strong.Render(b.name) + "  " + place,
		"  Costs " + w.look.strong.Render(answers.Money(monthly, hourly)) + ", for what would be made now"}
	if monthly == 0 {
		lines[1] = "  Costs " + w.look.strong.Render("nothing more")
	}
	for _, line := range wrapped(answers.AboutApp(r.found.plan.App), width-4) {
		lines = append(lines, "  "+w.look.faint.Render(line))
	}
	for _, note := range b.notes {
		for _, line := range wrapped("mind: "+note, width-4) {
			lines = append(lines, "  "+w.look.warn.Render(line))
		}
	}
	if r.kept {
		lines = append(lines, w.look.faint.Render("  Variables that were typed before are on the server, if it came to that; else give them again."))
	}
	summary := fmt.Sprintf("To do: %d steps; so already: %d. In this order:", change, so)
	return append(lines, "", w.look.strong.Render(summary))
}

// list is every step with what it would change.
func (r *review) list(w *wizard, width int) []string {
	var lines []string
	for _, s := range r.found.board.rows {
		if s.status == engine.Unchanged {
			lines = append(lines, "  "+w.look.good.Render(w.look.done)+" "+w.look.faint.Render(s.title+", so already"))
			continue
		}
		lines = append(lines, "  "+w.look.accent.Render(w.look.todo)+" "+s.title)
		for _, c := range s.changes {
			lines = append(lines, eachLine(w.look.bullet+" "+aboutChange(c), width, w.look.faint.Render)...)
		}
	}
	return lines
}

// aboutChange says what would be done, why, and what it costs.
func aboutChange(c providers.Change) string {
	text := c.What
	if c.Why != "" {
		text += ": " + c.Why
	}
	if c.Monthly > 0 {
		text += " (" + answers.Money(c.Monthly, c.Hourly) + ")"
	}
	return text
}

// foot is the command that does the same.
func (r *review) foot(w *wizard, width int) []string {
	about := "The same without questions"
	if needs := w.answers.CommandNeeds(); len(needs) > 0 {
		about += ", with " + strings.Join(needs, ", ") + " set"
	}
	lines := []string{"", w.look.strong.Render(about + ":")}
	for _, line := range w.answers.CommandLines(width - 2) {
		lines = append(lines, "  "+w.look.accent.Render(line))
	}
	return lines
}

func (r *review) keys(*wizard) []key {
	switch {
	case r.found == nil:
		return []key{{"Esc", "back"}}
	case r.found.err != nil:
		return []key{{"Enter", "look again"}, {"e", "change the answer"}, {"Esc", "back"}, {"?", "help"}}
	}
	return []key{{"Enter", "deploy"}, {"up/down", "scroll"}, {"Esc", "back"}, {"?", "help"}}
}

func (r *review) typing() bool { return false }
