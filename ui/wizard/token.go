package wizard

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/ui/answers"
)

// token asks for the token of a provider that rents and has it checked at once.
type token struct {
	form
	provider string
	account  answers.Account
	// given is true if the environment has a token, which is tried first.
	given    bool
	checking bool
}

// tokenChecked is what the provider said.
type tokenChecked struct {
	catalog answers.Catalog
	err     error
}

func newToken(provider string, given bool) *token {
	t := &token{provider: provider, given: given}
	t.account, _ = answers.AccountOf(provider)
	t.add("token", "Token", "", t.account.MadeAt+"; it is checked now and never stored", nil).secret()
	t.field("token").input.CharLimit = 512
	t.focus("token")
	return t
}

func (t *token) title() string { return "Where" }

func (t *token) shown(w *wizard) tea.Cmd {
	if !t.given {
		return nil
	}
	t.given = false // if it is refused, another one can be typed
	return t.check(w)
}

// check asks the provider with the token that the answers have.
func (t *token) check(w *wizard) tea.Cmd {
	t.checking = true
	open, catalog := w.open(), w.options.Catalog
	return w.async(t, func(ctx context.Context) tea.Msg {
		found, err := catalog(ctx, t.provider, open)
		return tokenChecked{found, err}
	})
}

func (t *token) update(w *wizard, msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tokenChecked:
		return t.checked(w, m)
	case tea.KeyMsg:
		return t.pressed(w, m)
	}
	return nil
}

func (t *token) checked(w *wizard, m tokenChecked) tea.Cmd {
	t.checking = false
	if m.err != nil {
		p := w.options.Problem(m.err)
		t.here().err = p.Error
		if p.Hint != "" {
			t.here().err += "\n" + p.Hint
		}
		return nil
	}
	w.catalogs[t.provider] = m.catalog
	// Esc on the regions skips a token that was accepted.
	return w.replace(t, newRegions(w, t.provider))
}

func (t *token) pressed(w *wizard, k tea.KeyMsg) tea.Cmd {
	switch {
	case k.Type == tea.KeyEsc:
		return w.back()
	case t.checking:
		return nil
	case k.Type == tea.KeyEnter:
		if t.value("token") == "" {
			t.here().err = "paste the token, or go back with Esc and choose another place"
			return nil
		}
		t.here().err = ""
		w.answers.SetToken(t.provider, t.value("token"))
		delete(w.catalogs, t.provider)
		return t.check(w)
	}
	t.here().err = ""
	t.key(k)
	return nil
}

func (t *token) view(w *wizard, width, height int) string {
	head := w.look.strong.Render("A token for "+t.account.Title) + "\n\n"
	if t.checking {
		return head + w.look.faint.Render("  asking "+t.account.Title+" whether it accepts the token"+w.look.ellipsis)
	}
	about := t.account.Needs + " Set " + t.account.Variable + " and Slipway does not ask for it."
	return head + t.form.view(w, width, height-6) + "\n\n" + w.look.faint.Render(indented("  ", about, width))
}

func (t *token) keys(*wizard) []key {
	return []key{{"Enter", "check it and continue"}, {"Esc", "back"}}
}
