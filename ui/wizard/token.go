package wizard

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/providers/digitalocean"
	"slipway/ui/answers"
)

// token asks for a DigitalOcean token and has it checked at once.
type token struct {
	form
	// given is true if the environment has one, which is tried first.
	given    bool
	checking bool
}

// tokenChecked is what DigitalOcean said.
type tokenChecked struct {
	sale digitalocean.Catalog
	err  error
}

func newToken(given bool) *token {
	t := &token{given: given}
	t.add("token", "Token", "", "made at https://cloud.digitalocean.com/account/api/tokens; it is checked at once and kept nowhere", nil).secret()
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

// check asks DigitalOcean with the token that the answers have.
func (t *token) check(w *wizard) tea.Cmd {
	t.checking = true
	open, sale := w.open(), w.options.Sale
	return w.async(t, func(ctx context.Context) tea.Msg {
		found, err := sale(ctx, open)
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
	w.sale = &m.sale
	// Going back from the regions leads past a token that was taken.
	return w.replace(t, newRegions(w))
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
		w.answers.Token, w.sale = t.value("token"), nil
		return t.check(w)
	}
	t.here().err = ""
	t.key(k)
	return nil
}

func (t *token) view(w *wizard, width, height int) string {
	head := w.look.strong.Render("A token for DigitalOcean") + "\n\n"
	if t.checking {
		return head + w.look.faint.Render("  asking DigitalOcean whether it takes the token"+w.look.ellipsis)
	}
	about := "It needs the scopes to read and make droplets, firewalls, keys and tags. Set " + answers.TokenVariable +
		" to be asked no more."
	return head + t.form.view(w, width, height-6) + "\n\n" + w.look.faint.Render(indented("  ", about, width))
}

func (t *token) keys(*wizard) []key {
	return []key{{"Enter", "check it and go on"}, {"Esc", "back"}}
}
