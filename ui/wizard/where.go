package wizard

import (
	"context"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/engine"
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
	plan  plan.Plan
	next  answers.Answers
	err   error
}

func (s *where) title() string { return "Where" }

func (s *where) shown(w *wizard) tea.Cmd {
	s.err = ""
	next, home, open := w.answers.Clone(), w.options.Home, w.open()
	return w.async(s, func(ctx context.Context) tea.Msg {
		p := &places{next: next}
		p.plan, p.err = p.next.Plan(ctx, home)
		p.items = offered(ctx, p.plan, home.Folder(p.plan.Name), open)
		return p
	})
}

// offered are the providers that are built in, each with the reason if it can't be
// chosen here. Credentials are asked for later.
func offered(ctx context.Context, p plan.Plan, dir string, open engine.OpenProvider) []item {
	setting, _ := plan.SettingOf(plan.KeyProvider)
	var items []item
	for _, name := range setting.Choices() {
		trial := plan.Plan{Name: p.Name, Tag: p.Tag, Values: map[string]plan.NamedValue{
			plan.KeyProvider: {Key: plan.KeyProvider, Value: name},
			plan.KeyHost:     {Key: plan.KeyHost, Value: "root@server.example"},
		}}
		_, err := open(trial, dir)
		if answers.About(err) == providers.AboutSetting {
			continue // not built in
		}
		title, about := answers.AboutProvider(name)
		it := item{id: name, title: title, about: about}
		if name == answers.Local {
			it.why = unfit(ctx, dir, open)
		}
		items = append(items, it)
	}
	return items
}

// unfit is why this computer can't run machines; empty if it can.
func unfit(ctx context.Context, dir string, open engine.OpenProvider) string {
	if _, err := steps.CheckProvider(ctx, answers.Local, dir, open); err != nil {
		return err.Error()
	}
	return ""
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
	at := m.plan.Value(plan.KeyProvider)
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
	switch it.id {
	case answers.DigitalOcean:
		if w.answers.HasToken() && w.catalog == nil {
			return w.push(newToken(true))
		}
		if w.catalog == nil {
			return w.push(newToken(false))
		}
		return w.push(newRegions(w))
	case answers.SSH:
		return w.push(newServer(w))
	}
	return w.push(newHow(w))
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
