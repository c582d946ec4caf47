package wizard

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps/plan"
)

// variable asks for one of the app's variables.
type variable struct {
	form
	was string
}

func newVariable(name string) *variable {
	v := &variable{was: name}
	v.add("key", "Name", name, "letters, digits and _, like SECRET_KEY; KEY=VALUE can be pasted whole", func(key string) error {
		return plan.CheckVariable(key, "")
	})
	v.add("value", "Value", "", "hidden; it goes to the server and is kept nowhere else", func(value string) error {
		return plan.CheckVariable("X", value)
	}).secret()
	v.focus("key")
	if name != "" {
		v.focus("value")
	}
	return v
}

func (v *variable) title() string { return "How" }

func (v *variable) shown(*wizard) tea.Cmd { return nil }

func (v *variable) update(w *wizard, msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	switch k.Type {
	case tea.KeyEsc:
		return w.back()
	case tea.KeyEnter:
		return v.enter(w)
	}
	v.key(k)
	v.split()
	return nil
}

// split takes KEY=VALUE apart, as soon as it stands in the name.
func (v *variable) split() {
	name, value, ok := strings.Cut(v.field("key").input.Value(), "=")
	if !ok {
		return
	}
	v.field("key").input.SetValue(strings.TrimPrefix(strings.TrimSpace(name), "export "))
	v.field("value").input.SetValue(v.field("value").input.Value() + value)
	v.focus("value")
}

func (v *variable) enter(w *wizard) tea.Cmd {
	if v.here().id == "key" && v.here().judge() && v.field("value").input.Value() == "" {
		v.focus("value")
		return nil
	}
	if !v.good() {
		return nil
	}
	if v.was != "" {
		w.answers.RemoveEnv(v.was)
	}
	w.answers.SetEnv(v.value("key"), v.field("value").input.Value())
	return w.back()
}

func (v *variable) view(w *wizard, width, height int) string {
	return w.look.strong.Render("A variable of the app's") + "\n\n" + v.form.view(w, width, height-2)
}

func (v *variable) keys(*wizard) []key {
	return []key{{"Enter", "take it"}, {"Tab", "next field"}, {"Esc", "back"}}
}
