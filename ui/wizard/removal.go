package wizard

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps"
	"slipway/ui/answers"
)

// removal shows what a deployment has, and removes it once the person confirms it.
type removal struct {
	picker
	name   string
	after  func(*wizard) tea.Cmd
	opened *steps.Removal
	// asking is set while the name is typed, which removes data.
	asking bool
	typed  form
	lines  *lines
	doing  bool
	err    error
}

type removalOpened struct {
	removal *steps.Removal
	err     error
}

// discard gives the deployment back if the screen is closed already.
func (m removalOpened) discard() {
	if m.removal != nil {
		m.removal.Close() // the lock ends with the process at the latest
	}
}

type removalDone struct{ err error }

// newRemoval asks about a deployment. after is where to go once it is removed.
func newRemoval(name string, after func(*wizard) tea.Cmd) *removal {
	r := &removal{name: name, after: after, lines: newLines()}
	r.set([]item{{id: "keep", title: "Keep it", about: "nothing is removed"}, {id: "remove", title: "Remove all of it"}}, "keep")
	r.typed.add("name", "Name", "", "type "+name+" to remove all of it, with its data", func(value string) error {
		if value != name {
			return errors.New("type " + name + ", or press Esc to keep it")
		}
		return nil
	})
	r.typed.focus("name")
	return r
}

func (r *removal) title() string { return "Start" }

func (r *removal) shown(w *wizard) tea.Cmd {
	home, open := w.options.Home, w.open()
	w.atClose(r.release)
	return w.async(r, func(ctx context.Context) tea.Msg {
		opened, err := steps.OpenRemoval(ctx, r.name, home, open)
		return removalOpened{opened, err}
	})
}

// release gives the deployment back.
func (r *removal) release() {
	if r.opened != nil {
		r.opened.Close() // the lock ends with the process at the latest
		r.opened = nil
	}
}

func (r *removal) update(w *wizard, msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case removalOpened:
		r.opened, r.err = m.removal, m.err
	case tick:
		if r.doing {
			return w.tick(r)
		}
	case removalDone:
		return r.done(w, m.err)
	case tea.KeyMsg:
		return r.pressed(w, m)
	}
	return nil
}

func (r *removal) done(w *wizard, err error) tea.Cmd {
	r.doing, r.err = false, err
	if err != nil {
		return w.idle()
	}
	r.opened = nil
	w.ending.Record = append(w.ending.Record, r.name+" was removed")
	if cmd := w.idle(); cmd != nil {
		return cmd
	}
	return r.after(w)
}

func (r *removal) pressed(w *wizard, k tea.KeyMsg) tea.Cmd {
	switch {
	case r.doing:
		return nil
	case r.asking:
		return r.pressedName(w, k)
	case k.Type == tea.KeyEsc:
		r.release()
		return w.back()
	case k.Type == tea.KeyEnter && (r.err != nil || r.opened != nil):
		return r.choose(w)
	case k.String() != "/":
		r.key(k)
	}
	return nil
}

func (r *removal) choose(w *wizard) tea.Cmd {
	if it, _ := r.chosen(); it.id == "keep" || r.opened == nil {
		r.release()
		return w.back()
	}
	if r.opened.Data.Any() {
		r.asking = true
		return nil
	}
	return r.remove(w)
}

// pressedName takes the name that is typed.
func (r *removal) pressedName(w *wizard, k tea.KeyMsg) tea.Cmd {
	switch k.Type {
	case tea.KeyEsc:
		r.asking = false
	case tea.KeyEnter:
		if r.typed.good() {
			r.asking = false
			return r.remove(w)
		}
	default:
		r.typed.key(k)
	}
	return nil
}

func (r *removal) remove(w *wizard) tea.Cmd {
	r.doing, r.err, w.busy = true, nil, true
	opened := r.opened
	return tea.Batch(w.tick(r), w.async(r, func(ctx context.Context) tea.Msg {
		return removalDone{opened.Do(ctx, r.lines.add)}
	}))
}

func (r *removal) view(w *wizard, width, height int) string {
	var b strings.Builder
	b.WriteString(w.look.strong.Render("Remove "+r.name) + "\n\n")
	if r.opened != nil {
		b.WriteString(w.look.faint.Render("This is removed for good:") + "\n")
		monthly := 0.0
		for _, h := range r.opened.Holdings {
			fmt.Fprintf(&b, "%s\n", indented("  "+w.look.bullet+" ", strings.TrimSuffix(h.Kind+" "+h.ID+", "+h.Detail, ", "), width))
			monthly += h.Monthly
		}
		fmt.Fprintf(&b, "  %s its record and its keys on this computer\nAll of it costs: %s\n\n", w.look.bullet, answers.Money(monthly, 0))
		b.WriteString(r.data(w, width))
	}
	switch {
	case r.err != nil:
		b.WriteString(w.look.bad.Render("It could not be removed.") + "\n" + indented("  ", r.err.Error(), width) + "\n\n")
	case r.opened == nil:
		b.WriteString(w.look.faint.Render("looking at what it has" + w.look.ellipsis))
		return b.String()
	}
	if r.doing {
		b.WriteString("Removing" + w.look.ellipsis + "\n")
		for _, line := range r.lines.last(6) {
			b.WriteString("  " + w.look.faint.Render(line) + "\n")
		}
		return b.String()
	}
	if r.asking {
		return b.String() + r.typed.view(w, width, max(4, height-strings.Count(b.String(), "\n")))
	}
	return b.String() + r.picker.view(w, width, max(4, height-strings.Count(b.String(), "\n")))
}

// data says what of it nobody can make again.
func (r *removal) data(w *wizard, width int) string {
	lines := r.opened.Data.Lines()
	if len(lines) == 0 {
		return ""
	}
	var text strings.Builder
	text.WriteString(w.look.warn.Render("Data that nobody can make again:") + "\n")
	for _, line := range lines {
		text.WriteString(indented("  "+w.look.bullet+" ", line, width) + "\n")
	}
	return text.String() + "\n"
}

func (r *removal) keys(*wizard) []key {
	switch {
	case r.doing:
		return []key{{"Ctrl-C", "stop"}}
	case r.asking:
		return []key{{"Enter", "remove it"}, {"Esc", "keep it"}}
	}
	return []key{{"Enter", "choose"}, {"up/down", "move"}, {"Esc", "back"}, {"?", "help"}}
}

func (r *removal) typing() bool { return r.asking }
