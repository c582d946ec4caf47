package wizard

import (
	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps/plan"
	"slipway/ui/answers"
)

// droplet asks what a droplet shall have beside its size.
type droplet struct{ form }

// fieldDroplet is the line of the form that opens the screen.
const fieldDroplet = "droplet"

func newDroplet(w *wizard) *droplet {
	d := &droplet{}
	for _, q := range answers.DropletQuestions(w.answers, w.plan) {
		value := w.answers.Answer(q.Key, w.plan)
		if setting, _ := plan.SettingOf(q.Key); setting.IsSwitch() {
			d.add(q.Key, q.Label, value, q.About, nil).choices = []string{answers.No, answers.Yes}
			continue
		}
		d.add(q.Key, q.Label, value, q.About, checkOf(q.Key, true))
	}
	d.focus(plan.KeyBackups)
	return d
}

func (d *droplet) title() string { return "How" }

func (d *droplet) shown(*wizard) tea.Cmd { return nil }

func (d *droplet) update(w *wizard, msg tea.Msg) tea.Cmd {
	return d.press(w, msg, func() tea.Cmd {
		if !d.good() {
			return nil
		}
		for _, x := range d.fields {
			w.answers.SayDroplet(x.id, d.value(x.id), w.plan)
		}
		return w.back()
	})
}

func (d *droplet) view(w *wizard, width, height int) string {
	return w.look.strong.Render("What else shall the droplet have?") + " " +
		w.look.faint.Render("all of it may stay as it is; the review says what it costs") + "\n\n" + d.form.view(w, width, height-4)
}

func (d *droplet) keys(*wizard) []key {
	if len(d.here().choices) > 0 {
		return []key{{"Enter", "go on"}, {"left/right", "choose"}, {"Tab", "next field"}, {"Esc", "back"}, {"?", "help"}}
	}
	return []key{{"Enter", "go on"}, {"Tab", "next field"}, {"Esc", "back"}}
}

// dropletRow is the line of the form that opens the screen about the droplet.
func (h *how) dropletRow(w *wizard) {
	if len(answers.DropletQuestions(w.answers, w.plan)) == 0 {
		return
	}
	h.add(fieldDroplet, "Droplet: "+answers.Droplet(w.answers, w.plan), "", "Enter asks for backups by DigitalOcean, a reserved IP, a project and a private network", nil).action = func(w *wizard) tea.Cmd {
		return w.push(newDroplet(w))
	}
}
