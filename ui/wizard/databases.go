package wizard

import (
	"context"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps/plan"
	"slipway/ui/answers"
)

const (
	choiceNo  = answers.No
	choiceYes = answers.Yes
)

// databases asks which databases shall run beside the app.
type databases struct {
	form
	// goOn is what follows once it is answered and the plan is made anew; nil goes back.
	goOn     func(*wizard) tea.Cmd
	planning bool
	err      string
}

func newDatabases(w *wizard, goOn func(*wizard) tea.Cmd) *databases {
	d := &databases{goOn: goOn}
	offered := ""
	for _, q := range answers.DatabaseQuestions(w.answers, w.plan) {
		about := "left and right choose"
		if q.Why != "" {
			about = "the app has " + q.Why
		}
		value := choiceNo
		if q.Wanted {
			value = choiceYes
		}
		d.add(q.Kind, q.Label, value, about, nil).choices = []string{choiceNo, choiceYes}
		if offered == "" && q.Why != "" {
			offered = q.Kind
		}
	}
	d.focus(offered)
	d.focus(d.here().id)
	return d
}

func (d *databases) title() string { return "How" }

func (d *databases) shown(*wizard) tea.Cmd { return nil }

func (d *databases) update(w *wizard, msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case howAnswered:
		d.planning = false
		if m.err != nil {
			d.err = m.err.Error()
			return nil
		}
		w.plan = m.plan
		return d.goOn(w)
	case tea.KeyMsg:
		return d.pressed(w, m)
	}
	return nil
}

func (d *databases) pressed(w *wizard, k tea.KeyMsg) tea.Cmd {
	d.err = ""
	switch {
	case k.Type == tea.KeyEsc:
		return w.back()
	case d.planning:
		return nil
	case k.Type == tea.KeyEnter:
		return d.enter(w)
	}
	d.key(k)
	return nil
}

func (d *databases) enter(w *wizard) tea.Cmd {
	var kinds []string
	for _, x := range d.fields {
		if x.input.Value() == choiceYes {
			kinds = append(kinds, x.id)
		}
	}
	w.answers.SayDatabases(kinds, w.plan)
	if d.goOn == nil {
		return w.back()
	}
	d.planning = true
	return w.makePlan(d)
}

// makePlan makes the plan of the answers for a screen.
func (w *wizard) makePlan(to screen) tea.Cmd {
	asked, home := w.answers.Asked(), w.options.Home
	return w.async(to, func(ctx context.Context) tea.Msg {
		plan, err := plan.Make(ctx, asked, home)
		return howAnswered{plan, err}
	})
}

func (d *databases) view(w *wizard, width, height int) string {
	about := "Each is for this app alone, keeps its data beside every release, and has no open port."
	switch w.provider() {
	case answers.Heroku:
		about = "Each is an add-on of Heroku's; the review says what it costs."
	case answers.AppPlatform:
		about = "Each is a managed database of DigitalOcean's, for this app alone; the review says what it costs."
	}
	tail := "\n\n" + w.look.faint.Render(indented("  ", about, width))
	if d.err != "" {
		tail = "\n\n" + w.look.bad.Render(indented("  ", d.err, width))
	}
	return w.look.strong.Render("Which databases shall run beside the app?") + "\n\n" + d.form.view(w, width, height-6) + tail
}

func (d *databases) keys(*wizard) []key {
	return []key{{"Enter", "go on"}, {"left/right", "choose"}, {"Tab", "next field"}, {"Esc", "back"}, {"?", "help"}}
}

// askAboutData asks what else there is to say of the app's data, then goes to the review.
func askAboutData(w *wizard) tea.Cmd {
	switch {
	case answers.AsksForDatabases(w.answers, w.plan):
		return w.push(newDatabases(w, askAboutData))
	case answers.AsksForBackups(w.answers, w.plan) && !w.askedBackups:
		w.askedBackups = true
		return w.push(newBackups(w, askAboutData))
	}
	return w.push(&review{})
}

// dataRows are the lines of the form that open the screens about data.
func (h *how) dataRows(w *wizard) {
	h.add(plan.KeyService, "Databases: "+answers.Databases(w.answers, w.plan), "", "Enter chooses what runs beside the app", nil).action = func(w *wizard) tea.Cmd {
		return w.push(newDatabases(w, nil))
	}
	if len(answers.BackupPlaces(w.provider())) == 0 {
		return
	}
	h.add(plan.KeyBackupTo, strings.TrimSpace("Backups: "+answers.Backups(w.answers, w.plan)), "", "Enter says where they go", nil).action = func(w *wizard) tea.Cmd {
		return w.push(newBackups(w, nil))
	}
}
