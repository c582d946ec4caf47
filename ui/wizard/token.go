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
	// given is true if the environment has a token, which is tried first.
	given    bool
	checking bool
}

// tokenChecked is what DigitalOcean said.
type tokenChecked struct {
	catalog digitalocean.Catalog
	err     error
}

func newToken(given bool) *token {
	t := &token{given: given}
	t.add("token", "Token", "", "made at https://cloud.digitalocean.com/account/api/tokens; it is checked now and never stored", nil).secret()
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
	open, catalog := w.open(), w.options.Catalog
	return w.async(t, func(ctx context.Context) tea.Msg {
		found, err := catalog(ctx, open)
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
	w.catalog = &m.catalog
	// Esc on the regions skips a token that was accepted.
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
		w.answers.Token, w.catalog = t.value("token"), nil
		return t.check(w)
	}
	t.here().err = ""
	t.key(k)
	return nil
}

func (t *token) view(w *wizard, width, height int) string {
	head := w.look.strong.Render("A token for DigitalOcean") + "\n\n"
	if t.checking {
		return head + w.look.faint.Render("  asking DigitalOcean whether it accepts the token"+w.look.ellipsis)
	}
	about := "The token needs the scopes to read and create droplets, firewalls, keys and tags. Set " + answers.TokenVariable +
		" and Slipway does not ask for it."
	return head + t.form.view(w, width, height-6) + "\n\n" + w.look.faint.Render(indented("  ", about, width))
}

func (t *token) keys(*wizard) []key {
	return []key{{"Enter", "check it and continue"}, {"Esc", "back"}}
}
