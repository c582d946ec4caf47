package wizard

import (
	"cmp"
	"context"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps/plan"
	"slipway/ui/answers"
)

// where asks for the provider.
type where struct {
	picker
	places *places
	err    string
}

// places are the providers to choose from.
type places struct {
	items []item
	// likeliest is the provider that is chosen at first.
	likeliest string
	plan      plan.Plan
	next      answers.Answers
	err       error
}

func (s *where) title() string { return "Where" }

func (s *where) shown(w *wizard) tea.Cmd {
	s.err = ""
	next, home, open := w.answers.Clone(), w.options.Home, w.open()
	return w.async(s, func(ctx context.Context) tea.Msg {
		p := &places{next: next}
		p.plan, p.err = p.next.Plan(ctx, home)
		offered := answers.Places(ctx, p.plan, home.Folder(p.plan.Name), open)
		p.likeliest = answers.Likeliest(offered, p.plan)
		for _, place := range offered {
			p.items = append(p.items, item{id: place.Provider, title: place.Title, about: place.About, why: place.Why})
		}
		return p
	})
}

func (s *where) update(w *wizard, msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case *places:
		s.found(w, m)
	case tea.KeyMsg:
		return s.pressed(w, m)
	}
	return nil
}

func (s *where) found(w *wizard, m *places) {
	first := s.places == nil
	s.places = m
	if m.err != nil {
		s.err = m.err.Error()
		s.set(m.items, w.answers.Settings[plan.KeyProvider])
		return
	}
	w.answers, w.plan = m.next, m.plan
	at := m.likeliest
	if it, ok := s.chosen(); ok && !first {
		at = it.id
	}
	s.set(m.items, at)
	s.toFree()
}

func (s *where) pressed(w *wizard, k tea.KeyMsg) tea.Cmd {
	switch {
	case s.places == nil && k.Type != tea.KeyEsc:
		return nil
	case s.key(k):
		return nil
	case k.Type == tea.KeyEsc:
		return w.back()
	case k.Type == tea.KeyEnter:
		return s.choose(w)
	}
	return nil
}

func (s *where) choose(w *wizard) tea.Cmd {
	it, ok := s.chosen()
	if !ok || it.why != "" {
		return nil
	}
	if earlier := w.plan.Values[plan.KeyProvider]; earlier.From == plan.FromEarlier && earlier.Value != it.id {
		s.err = fmt.Sprintf("%s is on %s already. Choose that, or start again with another name: slipway --name NAME.", w.plan.Name, earlier.Value)
		return nil
	}
	w.answers.ChooseProvider(it.id)
	_, rents := answers.AccountOf(it.id)
	_, asked := w.catalogs[it.id]
	switch {
	case rents && !asked:
		return w.push(newToken(it.id, w.answers.HasToken(it.id)))
	case rents:
		return w.push(newRegions(w, it.id))
	case it.id == answers.SSH:
		return w.push(newServer(w))
	}
	return w.push(newHow(w))
}

// provider is the one that was chosen, or that the plan has.
func (w *wizard) provider() string {
	return cmp.Or(w.answers.Settings[plan.KeyProvider], w.plan.Value(plan.KeyProvider))
}

func (s *where) view(w *wizard, width, height int) string {
	head := w.look.strong.Render("Where shall it run?") + "\n\n"
	if s.places == nil {
		return head + w.look.faint.Render("  looking at the app"+w.look.ellipsis)
	}
	tail := ""
	if s.err != "" {
		tail = "\n\n" + indented("  ", s.err, width)
	}
	return head + s.picker.view(w, width, height-6) + tail
}

func (s *where) keys(*wizard) []key {
	return []key{{"Enter", "choose"}, {"up/down", "move"}, {"/", "filter"}, {"Esc", "back"}, {"?", "help"}}
}

func (s *where) typing() bool { return s.narrow }
