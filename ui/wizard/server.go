package wizard

import (
	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps/plan"
)

// server asks about a server that exists.
type server struct{ form }

// serverFields are what is asked, beside what the setting itself says.
var serverFields = []struct{ key, label, help string }{
	{plan.KeyHost, "Server", "USER@HOST or USER@HOST:PORT; USER is root or may use sudo without a password"},
	{plan.KeyIdentity, "Private key", "the file of the key to log in with; empty: what ssh itself would use"},
	{plan.KeyFingerprint, "Host key", "SHA256:… as ssh-keygen -l prints it; empty: what known_hosts has"},
}

func newServer(w *wizard) *server {
	s := &server{}
	for _, f := range serverFields {
		value := w.answers.Settings[f.key]
		if value == "" {
			value = w.plan.Value(f.key)
		}
		s.add(f.key, f.label, value, f.help, checkOf(f.key, f.key != plan.KeyHost))
	}
	s.focus(plan.KeyHost)
	return s
}

// checkOf is a setting's own check. What may be left empty is not checked then.
func checkOf(key string, mayBeEmpty bool) func(string) error {
	setting, ok := plan.SettingOf(key)
	return func(value string) error {
		if !ok || setting.Check == nil || value == "" && mayBeEmpty {
			return nil
		}
		return setting.Check(value)
	}
}

func (s *server) title() string { return "Where" }

func (s *server) shown(*wizard) tea.Cmd { return nil }

func (s *server) update(w *wizard, msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	switch k.Type {
	case tea.KeyEsc:
		s.keep(w)
		return w.back()
	case tea.KeyEnter:
		if !s.good() {
			return nil
		}
		s.keep(w)
		return w.push(newHow(w))
	}
	s.key(k)
	return nil
}

// keep takes over what was typed.
func (s *server) keep(w *wizard) {
	for _, f := range serverFields {
		w.answers.Say(f.key, s.value(f.key), "")
	}
}

func (s *server) view(w *wizard, width, height int) string {
	return w.look.strong.Render("Which server?") + "\n\n" + s.form.view(w, width, height-2)
}

func (s *server) keys(*wizard) []key {
	return []key{{"Enter", "go on"}, {"Tab", "next field"}, {"Esc", "back"}}
}
