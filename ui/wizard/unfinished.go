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

// unfinished asks what is to become of a deployment that was begun.
type unfinished struct {
	picker
	of    steps.Summary
	state *leftover
}

// leftover is what an unfinished deployment has and lacks.
type leftover struct {
	// done of all steps are so; next is the title of the first that is not.
	done, all int
	next      string
	holdings  []providers.Holding
	err       error
}

func newUnfinished(of steps.Summary) *unfinished {
	u := &unfinished{of: of}
	u.set(u.choices(), "")
	return u
}

func (u *unfinished) title() string { return "Start" }

func (u *unfinished) shown(w *wizard) tea.Cmd {
	u.state = nil
	u.set(u.choices(), "")
	asked, home, open := u.of.Again(w.answers.Clone().Getenv), w.options.Home, w.open()
	return w.async(u, func(ctx context.Context) tea.Msg {
		l := &leftover{}
		if condition, err := steps.Look(ctx, u.of.Name, home, open); err == nil {
			l.holdings = condition.Holdings
		}
		plan, err := plan.Make(asked, home)
		if err != nil {
			l.err = err
			return l
		}
		_, l.err = steps.Preview(ctx, plan, home, open, l.count)
		return l
	})
}

// count keeps which steps are so already.
func (l *leftover) count(e engine.Event) {
	if e.Kind != engine.KindStep || e.Status == engine.Looking {
		return
	}
	l.all++
	switch {
	case e.Status == engine.Unchanged && l.next == "":
		l.done++
	case e.Status != engine.Unchanged && l.next == "":
		l.next = e.Title
	}
}

func (u *unfinished) choices() []item {
	goOn := item{id: "continue", title: "Continue", about: "look at what is there and do the rest"}
	again := item{id: "again", title: "Start over", about: "remove what there is, then answer the questions again"}
	remove := item{id: "remove", title: "Remove it", about: "what there is and what it costs is shown first"}
	l := u.state
	if l == nil {
		return []item{goOn, again, remove}
	}
	switch {
	case l.err != nil:
		goOn.about = "what is there can't be looked at: " + l.err.Error()
	case l.next == "":
		goOn.about = "every step is so already; only the end is missing"
	default:
		goOn.about = fmt.Sprintf("from step %d of %d on: %s", l.done+1, l.all, l.next)
	}
	remove.about = aboutHoldings(l.holdings)
	return []item{goOn, again, remove}
}

// aboutHoldings says what there is and what it costs.
func aboutHoldings(holdings []providers.Holding) string {
	if len(holdings) == 0 {
		return "only its record on this computer is left"
	}
	var parts []string
	monthly := 0.0
	for _, h := range holdings {
		parts = append(parts, strings.TrimSuffix(h.Kind+" "+h.ID+", "+h.Detail, ", "))
		monthly += h.Monthly
	}
	return "has " + strings.Join(parts, "; ") + ": " + answers.Money(monthly, 0)
}

func (u *unfinished) update(w *wizard, msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case *leftover:
		u.state = m
		at := u.at
		u.set(u.choices(), "")
		u.at = at
	case tea.KeyMsg:
		return u.pressed(w, m)
	}
	return nil
}

func (u *unfinished) pressed(w *wizard, k tea.KeyMsg) tea.Cmd {
	switch {
	case k.Type == tea.KeyEsc:
		return w.back()
	case k.Type == tea.KeyEnter:
		return u.choose(w)
	case k.String() != "/":
		u.key(k)
	}
	return nil
}

func (u *unfinished) choose(w *wizard) tea.Cmd {
	w.takeUp(u.of)
	it, _ := u.chosen()
	switch it.id {
	case "continue":
		return w.push(&review{kept: true})
	case "again":
		return w.push(newRemoval(u.of.Name, func(w *wizard) tea.Cmd {
			w.stack = w.stack[:1]
			return w.push(&where{})
		}))
	}
	return w.push(newRemoval(u.of.Name, (*wizard).restart))
}

// takeUp answers as the unfinished deployment was answered.
func (w *wizard) takeUp(of steps.Summary) {
	again := answers.From(of.Again(w.options.Asked.Getenv))
	again.Token = w.answers.Token
	w.answers = again
}

func (u *unfinished) view(w *wizard, width, height int) string {
	head := w.look.strong.Render(u.of.Name+" is unfinished") + "\n" +
		indented("", answers.AboutUnfinished(u.of), width) + "\n\n"
	tail := ""
	if u.state == nil {
		tail = "\n\n" + w.look.faint.Render("  looking at what is there"+w.look.ellipsis)
	}
	return head + u.picker.view(w, width, height-6) + tail
}

func (u *unfinished) keys(*wizard) []key {
	return []key{{"Enter", "choose"}, {"up/down", "move"}, {"Esc", "back"}, {"?", "help"}}
}

func (u *unfinished) typing() bool { return false }
