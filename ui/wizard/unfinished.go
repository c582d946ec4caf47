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

// unfinished asks whether to continue or to remove an unfinished deployment.
type unfinished struct {
	picker
	of     steps.Summary
	status *standing
}

// standing is how far an unfinished deployment came, and what it has.
type standing struct {
	// done is how many steps need no change before the first that does, whose title
	// is next; all is how many steps there are.
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
	u.status = nil
	u.set(u.choices(), "")
	asked, home, open := u.of.Again(w.answers.Asked()), w.options.Home, w.open()
	return w.async(u, func(ctx context.Context) tea.Msg {
		s := &standing{}
		if condition, err := steps.Look(ctx, u.of.Name, home, open); err == nil {
			s.holdings = condition.Holdings
		}
		plan, err := plan.Make(ctx, asked, home)
		if err != nil {
			s.err = err
			return s
		}
		_, s.err = steps.Preview(ctx, plan, home, open, s.count)
		return s
	})
}

// count counts the steps before the first that needs a change.
func (s *standing) count(e engine.Event) {
	if e.Kind != engine.KindStep || e.Status == engine.Looking {
		return
	}
	s.all++
	switch {
	case e.Status == engine.Unchanged && s.next == "":
		s.done++
	case e.Status != engine.Unchanged && s.next == "":
		s.next = e.Title
	}
}

func (u *unfinished) choices() []item {
	goOn := item{id: "continue", title: "Continue", about: "looks at what is there and does the rest"}
	again := item{id: "again", title: "Start over", about: "removes what it has, then asks the questions again"}
	remove := item{id: "remove", title: "Remove it", about: "shows what it has and what that costs first"}
	s := u.status
	if s == nil {
		return []item{goOn, again, remove}
	}
	switch {
	case s.err != nil:
		goOn.about = "what is there can't be looked at: " + s.err.Error()
	case s.next == "":
		goOn.about = "no step needs a change; the run only has to end"
	default:
		goOn.about = fmt.Sprintf("from step %d of %d: %s", s.done+1, s.all, s.next)
	}
	remove.about = aboutHoldings(s.holdings)
	return []item{goOn, again, remove}
}

// aboutHoldings says what a deployment has and what that costs.
func aboutHoldings(holdings []providers.Holding) string {
	if len(holdings) == 0 {
		return "it has only its record on this computer"
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
	case *standing:
		u.status = m
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
	w.answerAgain(u.of)
	it, _ := u.chosen()
	switch it.id {
	case "continue":
		return w.push(&review{continued: true})
	case "again":
		return w.push(newRemoval(u.of.Name, func(w *wizard) tea.Cmd {
			w.stack = w.stack[:1]
			return w.push(&where{})
		}))
	}
	return w.push(newRemoval(u.of.Name, (*wizard).restart))
}

// answerAgain gives the answers that the unfinished deployment was given.
func (w *wizard) answerAgain(of steps.Summary) {
	again := answers.From(of.Again(w.options.Asked))
	again.Tokens = w.answers.Clone().Tokens
	w.answers = again
}

func (u *unfinished) view(w *wizard, width, height int) string {
	head := w.look.strong.Render(u.of.Name+" is unfinished") + "\n" +
		indented("", answers.AboutUnfinished(u.of), width) + "\n\n"
	tail := ""
	if u.status == nil {
		tail = "\n\n" + w.look.faint.Render("  looking at what is there"+w.look.ellipsis)
	}
	return head + u.picker.view(w, width, height-6) + tail
}

func (u *unfinished) keys(*wizard) []key {
	return []key{{"Enter", "choose"}, {"up/down", "move"}, {"Esc", "back"}, {"?", "help"}}
}

func (u *unfinished) typing() bool { return false }
