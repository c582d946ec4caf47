package wizard

import (
	tea "github.com/charmbracelet/bubbletea"

	"slipway/providers"
	"slipway/ui/text"
)

// ports asks, for each port at which a program of the server's own listens, whether it
// stays open.
type ports struct{ form }

// The choices; the first is preset.
const (
	keepOpen  = "keep open"
	closePort = "close"
)

func newPorts(closings []providers.Change) *ports {
	s := &ports{}
	for _, c := range closings {
		s.add(c.Closes, "Port "+c.Closes, keepOpen, "left and right choose; the firewall would "+text.Clean(c.What), nil).choices = []string{keepOpen, closePort}
	}
	s.focus(closings[0].Closes)
	return s
}

func (s *ports) title() string { return "Review" }

func (s *ports) shown(*wizard) tea.Cmd { return nil }

func (s *ports) update(w *wizard, msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	switch k.Type {
	case tea.KeyEsc:
		w.stack = w.stack[:len(w.stack)-1] // the review would ask again
		return w.back()
	case tea.KeyEnter:
		var kept []string
		for _, x := range s.fields {
			if s.value(x.id) == keepOpen {
				kept = append(kept, x.id)
			}
		}
		w.answers.Allow(kept)
		return w.back()
	}
	s.key(k)
	return nil
}

func (s *ports) view(w *wizard, width, height int) string {
	return w.look.strong.Render("What else shall be reached?") + " " +
		w.look.faint.Render("other programs listen on the server") + "\n\n" + s.form.view(w, width, height-2)
}

func (s *ports) keys(*wizard) []key {
	return []key{{"Enter", "go on"}, {"left/right", "choose"}, {"Tab", "next port"}, {"Esc", "back"}}
}
