package wizard

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps/plan"
)

// variable asks for one of the app's variables.
type variable struct {
	form
	// before is the name of the variable that is changed; empty for a new one.
	before string
	// after is what follows once it is given and this screen is closed; nil goes back.
	after func(*wizard) tea.Cmd
}

func newVariable(name string) *variable {
	v := &variable{before: name}
	v.add("key", "Name", name, "letters, digits and _, like SECRET_KEY; KEY=VALUE can be pasted as a whole", func(key string) error {
		return plan.CheckVariable(key, "")
	})
	v.add("value", "Value", "", "hidden; kept on the server only", func(value string) error {
		return plan.CheckVariable("X", value)
	}).secret()
	v.focus("key")
	if name != "" {
		v.focus("value")
	}
	return v
}

// then has something follow once the variable is given.
func (v *variable) then(after func(*wizard) tea.Cmd) *variable {
	v.after = after
	return v
}

func (v *variable) title() string { return "How" }

func (v *variable) shown(*wizard) tea.Cmd { return nil }

func (v *variable) update(w *wizard, msg tea.Msg) tea.Cmd {
	next := v.press(w, msg, func() tea.Cmd { return v.enter(w) })
	v.split()
	return next
}

// split puts the value of KEY=VALUE into its own field.
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
	if v.before != "" {
		w.answers.RemoveEnv(v.before)
	}
	w.answers.SetEnv(v.value("key"), v.field("value").input.Value())
	back := w.back()
	if v.after == nil {
		return back
	}
	return tea.Batch(back, v.after(w))
}

func (v *variable) view(w *wizard, width, height int) string {
	return w.look.strong.Render("A variable of the app") + "\n\n" + v.form.view(w, width, height-2)
}

func (v *variable) keys(*wizard) []key {
	return []key{{"Enter", "accept"}, {"Tab", "next field"}, {"Esc", "back"}}
}
