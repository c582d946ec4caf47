package wizard

import (
	"context"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

// start asks what to deploy, or which unfinished deployment to continue.
type start struct {
	picker
	survey *survey
	err    string
}

// survey is the deployments on record and what is in the app's folder.
type survey struct {
	all  []steps.Summary
	plan plan.Plan
	// next are the answers, with the name that the plan chose.
	next answers.Answers
	// err is why the folder can't be deployed.
	err error
}

// The ids of the choices. pickSample and pickOpen are followed by a name.
const (
	pickHere   = "here"
	pickOther  = "other"
	pickSample = "sample "
	pickOpen   = "unfinished "
)

func (s *start) title() string { return "Start" }

func (s *start) shown(w *wizard) tea.Cmd {
	s.err = ""
	given := answers.From(w.options.Asked)
	home := w.options.Home
	return w.async(s, func(ctx context.Context) tea.Msg {
		found := &survey{next: given}
		found.plan, found.err = found.next.Plan(ctx, home)
		all, err := steps.List(home)
		if found.all = all; err != nil {
			found.err = err
		}
		return found
	})
}

func (s *start) update(w *wizard, msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case *survey:
		s.found(m)
	case tea.KeyMsg:
		return s.pressed(w, m)
	}
	return nil
}

// found lists the choices, the likeliest first.
func (s *start) found(m *survey) {
	chosen := ""
	if it, ok := s.chosen(); ok && s.survey != nil {
		chosen = it.id
	}
	s.survey = m
	s.set(m.items(), chosen)
	if chosen == "" {
		s.toFree()
	}
}

func (m *survey) items() []item {
	var items []item
	for _, d := range m.all {
		if !d.Unfinished {
			continue
		}
		it := item{id: pickOpen + d.Name, title: "Continue " + d.Name, about: "unfinished: " + answers.AboutUnfinished(d)}
		if d.Trouble != "" {
			it = item{id: pickOpen + d.Name, title: d.Name, why: d.Trouble}
		}
		items = append(items, it)
	}
	items = append(items, m.given())
	for _, name := range answers.Samples {
		if name != m.next.Sample {
			items = append(items, item{id: pickSample + name, title: "The sample " + name, about: answers.AboutSample(name)})
		}
	}
	return append(items, item{id: pickOther, title: "Another folder", about: "type or paste its path"})
}

// given is the app that the command line names: a folder or a sample.
func (m *survey) given() item {
	it := item{id: pickHere, title: "The app in this folder"}
	switch {
	case m.next.Sample != "":
		it.title = "The sample " + m.next.Sample
	case m.next.Folder != ".":
		it.title = "The app in " + m.next.Folder
	}
	if m.err != nil {
		it.why = m.err.Error()
		return it
	}
	about := []string{answers.AboutApp(m.plan.App)}
	for _, warning := range m.plan.App.Warnings {
		about = append(about, "note: "+warning)
	}
	for _, d := range m.all {
		if d.Name == m.plan.Name && !d.Unfinished {
			about = append(about, "deployed at "+d.URL+"; deploys what changed since")
		}
	}
	it.about = strings.Join(about, "\n")
	return it
}

func (s *start) pressed(w *wizard, k tea.KeyMsg) tea.Cmd {
	s.err = ""
	switch {
	case s.key(k):
		return nil
	case k.Type == tea.KeyEnter:
		return s.choose(w)
	case k.Type == tea.KeyEsc, k.String() == "q":
		return w.quit()
	}
	return nil
}

func (s *start) choose(w *wizard) tea.Cmd {
	it, ok := s.chosen()
	if !ok || s.survey == nil {
		return nil
	}
	if it.why != "" {
		s.err = "This can't be deployed as it is."
		return nil
	}
	if name, ok := strings.CutPrefix(it.id, pickOpen); ok {
		return s.unfinished(w, name)
	}
	if name, ok := strings.CutPrefix(it.id, pickSample); ok {
		w.answers.Choose("", name)
		return w.push(&where{})
	}
	if it.id == pickOther {
		return w.push(newFolder(w))
	}
	given := s.survey.next
	w.answers.Choose(given.Folder, given.Sample)
	if len(w.answers.Env) == 0 && w.answers.EnvFile == "" {
		w.answers.Env, w.answers.EnvFile = given.Env, given.EnvFile
	}
	for key, value := range given.Settings {
		if _, said := w.answers.Settings[key]; !said {
			w.answers.Settings[key] = value
		}
	}
	return w.push(&where{})
}

func (s *start) unfinished(w *wizard, name string) tea.Cmd {
	for _, d := range s.survey.all {
		if d.Name == name {
			return w.push(newUnfinished(d))
		}
	}
	return nil
}

func (s *start) view(w *wizard, width, height int) string {
	if s.survey == nil {
		return w.look.strong.Render("Looking at this folder"+w.look.ellipsis) + "\n"
	}
	head := w.look.strong.Render("What shall be deployed?") + "\n"
	tail := ""
	if s.err != "" {
		tail = "\n\n" + w.look.warn.Render("  "+s.err)
	}
	return head + "\n" + s.picker.view(w, width, height-4) + tail
}

func (s *start) keys(*wizard) []key {
	return []key{{"Enter", "choose"}, {"up/down", "move"}, {"/", "filter"}, {"?", "help"}, {"q", "leave"}}
}

func (s *start) typing() bool { return s.narrow }
