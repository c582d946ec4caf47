package wizard

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func TestEveryValueIsCheckedWhereItIsTyped(t *testing.T) {
	p := sit(t, nil)
	p.press("enter", "enter", "ctrl+u", "Not A Name", "enter")
	p.sees("How shall it run?", "a name is lower-case letters, digits and inner hyphens")
	p.press("ctrl+u", "cache", "enter")
	p.sees("this name is slipway's own")
	p.press("ctrl+u", "good")
	p.misses("slipway's own")
	p.press("tab", "tab", "tab", "/does/not/exist", "enter")
	p.sees("--env-file /does/not/exist can't be read")
}

func TestVariables(t *testing.T) {
	p := sit(t, nil)
	p.press("enter", "enter", "up", "enter")
	p.sees("A variable of the app")
	p.press("1A", "enter")
	p.sees("does not begin with a digit")
	p.press("ctrl+u", "SECRET_KEY", "enter", "hunter2")
	p.sees("*******")
	p.misses("hunter2")
	p.press("enter")
	p.sees("How shall it run?", "SECRET_KEY")
	p.w.Update(tea.KeyMsg{Type: tea.KeyEnter}) // on "add a variable" again
	_, cmd := p.w.Update(tea.KeyMsg{Type: tea.KeyRunes, Paste: true, Runes: []rune("export OTHER=a=b")})
	p.do(cmd)
	p.press("enter", "tab", "enter")
	p.sees(`--env SECRET_KEY="$SECRET_KEY" --env OTHER="$OTHER"`, "with SECRET_KEY, OTHER set")
	p.misses("hunter2")
	if got := p.w.answers.Env; len(got) != 2 || got[0] != "SECRET_KEY=hunter2" || got[1] != "OTHER=a=b" {
		t.Errorf("got %q", got)
	}
	p.press("esc", "up", "up", "x")
	p.sees("How shall it run?")
	if got := p.w.answers.EnvKeys(); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}
