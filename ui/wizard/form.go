package wizard

import (
	"strings"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// field is one value that is typed or chosen.
type field struct {
	id, label, help string
	input           textinput.Model
	// choices, if there are any, are gone through with the arrows instead.
	choices []string
	// action, if set, is what Enter does: the field has no value.
	action func(*wizard) tea.Cmd
	// check refuses values; nil takes all.
	check func(string) error
	err   string
}

// form is fields, of which one has the cursor. Enter on any of them submits all.
type form struct {
	fields []*field
	at     int
}

func (f *form) add(id, label, value, help string, check func(string) error) *field {
	input := newInput()
	input.SetValue(value)
	input.Width = 48
	added := &field{id: id, label: label, help: help, input: input, check: check}
	f.fields = append(f.fields, added)
	return added
}

// secret hides what is typed.
func (x *field) secret() {
	x.input.EchoMode = textinput.EchoPassword
	x.input.EchoCharacter = '*'
}

func (f *form) field(id string) *field {
	for _, x := range f.fields {
		if x.id == id {
			return x
		}
	}
	return nil
}

func (f *form) value(id string) string {
	if x := f.field(id); x != nil {
		return strings.TrimSpace(x.input.Value())
	}
	return ""
}

// focus puts the cursor on a field.
func (f *form) focus(id string) {
	for i, x := range f.fields {
		if x.id == id {
			f.at = i
		}
	}
	for i, x := range f.fields {
		x.input.Blur()
		if i == f.at {
			x.input.Focus()
		}
	}
}

func (f *form) here() *field { return f.fields[f.at] }

// typing is true while letters are text.
func (f *form) typing() bool { return f.here().action == nil && len(f.here().choices) == 0 }

// key gives a key to the field that has the cursor, or moves the cursor.
func (f *form) key(k tea.KeyMsg) {
	x := f.here()
	switch k.String() {
	case "up", "shift+tab", "ctrl+p":
		f.move(-1)
		return
	case "down", "tab", "ctrl+n":
		f.move(1)
		return
	}
	switch {
	case len(x.choices) > 0:
		x.choose(k)
	case x.action == nil:
		x.input, _ = x.input.Update(k)
		if x.err != "" {
			x.judge()
		}
	case k.String() == "j":
		f.move(1)
	case k.String() == "k":
		f.move(-1)
	}
}

// press takes what came from the keyboard: Esc goes back, Enter calls enter, and all other
// keys are the form's.
func (f *form) press(w *wizard, msg tea.Msg, enter func() tea.Cmd) tea.Cmd {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	switch k.Type {
	case tea.KeyEsc:
		return w.back()
	case tea.KeyEnter:
		return enter()
	}
	f.key(k)
	return nil
}

func (f *form) move(by int) {
	if f.here().input.Value() != "" {
		f.here().judge()
	}
	f.focus(f.fields[(f.at+by+len(f.fields))%len(f.fields)].id)
}

// choose moves through a field's choices.
func (x *field) choose(k tea.KeyMsg) {
	by := 0
	switch k.String() {
	case "right", "l", " ":
		by = 1
	case "left", "h":
		by = len(x.choices) - 1
	}
	for i, choice := range x.choices {
		if choice == x.input.Value() {
			x.input.SetValue(x.choices[(i+by)%len(x.choices)])
			return
		}
	}
	x.input.SetValue(x.choices[0])
}

// judge checks a field's value and shows below it what is wrong.
func (x *field) judge() bool {
	x.err = ""
	value := strings.TrimSpace(x.input.Value())
	if x.action != nil || x.check == nil {
		return true
	}
	if err := x.check(value); err != nil {
		x.err = err.Error()
	}
	return x.err == ""
}

// good checks every field and moves the cursor to the first that is wrong.
func (f *form) good() bool {
	bad := ""
	for _, x := range f.fields {
		if !x.judge() && bad == "" {
			bad = x.id
		}
	}
	if bad != "" {
		f.focus(bad)
	}
	return bad == ""
}

func (f *form) view(w *wizard, width, height int) string {
	label := 0
	for _, x := range f.fields {
		label = max(label, ansi.StringWidth(x.label))
	}
	var body []string
	from, to := 0, 0
	for i, x := range f.fields {
		if i == f.at {
			from = len(body)
		}
		body = append(body, f.row(w, x, i == f.at, label, width)...)
		if i == f.at {
			to = len(body)
		}
	}
	return strings.Join(window(w, body, from, to, height), "\n")
}

func (f *form) row(w *wizard, x *field, here bool, label, width int) []string {
	mark, name := "  ", w.look.padded(x.label, label)
	if here {
		mark, name = w.look.accent.Render(w.look.cursor)+" ", w.look.accent.Bold(true).Render(name)
	}
	if x.action != nil {
		return append([]string{mark + name}, f.below(w, x, here, width)...)
	}
	x.input.Width = min(60, width-label-8)
	value := w.look.input(&x.input)
	if len(x.choices) > 0 {
		value = w.choices(x)
	}
	return append([]string{mark + name + "  " + value}, f.below(w, x, here, width)...)
}

// below is what stands below a field: what is wrong with it, else its help while it
// has the cursor.
func (f *form) below(w *wizard, x *field, here bool, width int) []string {
	if x.err != "" {
		return eachLine(x.err, width, w.look.bad.Render)
	}
	if here && x.help != "" {
		return eachLine(x.help, width, w.look.faint.Render)
	}
	return nil
}

// input shows a value that is typed, with a cursor that shows without colours too.
func (l *look) input(in *textinput.Model) string {
	if !l.plain || !in.Focused() {
		return in.View()
	}
	text := []rune(in.Value())
	if in.EchoMode == textinput.EchoPassword {
		text = []rune(strings.Repeat(string(in.EchoCharacter), len(text)))
	}
	before, after := string(text[:in.Position()]), string(text[in.Position():])
	before = ansi.TruncateLeft(before, ansi.StringWidth(before)-in.Width+1, "")
	return ansi.Truncate(before+l.caret+after, in.Width, "")
}

func (w *wizard) choices(x *field) string {
	parts := make([]string, len(x.choices))
	for i, choice := range x.choices {
		parts[i] = w.look.faint.Render(" " + choice + " ")
		if choice == x.input.Value() {
			parts[i] = w.look.strong.Render("[" + choice + "]")
		}
	}
	return strings.Join(parts, " ")
}
