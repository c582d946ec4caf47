package wizard

import (
	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps/plan"
)

// server asks for the address of a server and how to log in to it.
type server struct{ form }

// serverFields are the fields, each for a setting.
var serverFields = []struct{ key, label, help string }{
	{plan.KeyHost, "Server", "USER@HOST or USER@HOST:PORT; USER is root or may use sudo"},
	{plan.KeyIdentity, "Private key", "the file of the key to log in with; if it is empty, the keys that ssh uses"},
	{plan.KeyFingerprint, "Host key", "SHA256:… as ssh-keygen -l prints it; if it is empty, the key in known_hosts"},
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

// checkOf is a setting's own check, but for an empty value where that is allowed.
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

// keep takes over the values that were typed.
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
