package wizard

import (
	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps/plan"
	"slipway/ui/answers"
)

// instances asks how many instances serve the web.
type instances struct {
	form
	provider, region string
}

func newInstances(w *wizard, provider, region string) *instances {
	s := &instances{provider: provider, region: region}
	s.add(plan.KeyInstances, "Instances", answers.Instances(w.answers, w.plan), answers.AboutInstances, checkOf(plan.KeyInstances, true))
	s.focus(plan.KeyInstances)
	return s
}

func (s *instances) title() string { return "Where" }

func (s *instances) shown(*wizard) tea.Cmd { return nil }

func (s *instances) update(w *wizard, msg tea.Msg) tea.Cmd {
	return s.press(w, msg, func() tea.Cmd {
		if !s.good() {
			return nil
		}
		s.keep(w)
		return w.push(newSizes(w, s.provider, s.region))
	})
}

// keep takes over the number. A size that can't be had as often is forgotten.
func (s *instances) keep(w *wizard) {
	value := s.value(plan.KeyInstances)
	if value == answers.Instances(w.answers, w.plan) {
		return
	}
	w.answers.Say(plan.KeyInstances, value, w.plan.Value(plan.KeyInstances))
	delete(w.answers.Settings, plan.KeySize)
}

func (s *instances) view(w *wizard, width, height int) string {
	return w.look.strong.Render("How many instances?") + " " + w.look.faint.Render("the load balancer spreads visitors over them") + "\n\n" +
		s.form.view(w, width, height-2)
}

func (s *instances) keys(*wizard) []key {
	return []key{{"Enter", "go on"}, {"Esc", "back"}}
}
