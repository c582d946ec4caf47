package wizard

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps/plan"
	"slipway/ui/answers"
)

// how asks for the deployment's name, hardening, tests, domain and variables.
type how struct {
	form
	planning bool
	err      string
}

// howAnswered is the plan that the answers make, or why they make none.
type howAnswered struct {
	plan plan.Plan
	err  error
}

// The ids of the fields that are not settings. fieldEnv is followed by a variable's
// name.
const (
	fieldEnvFile = "env-file"
	fieldAdd     = "add"
	fieldEnv     = "env "
)

func newHow(w *wizard) *how {
	h := &how{}
	h.build(w)
	h.focus(plan.KeyName)
	return h
}

// build makes the fields, each with its answer or its default.
func (h *how) build(w *wizard) {
	h.form = form{}
	now := func(key string) string {
		if said, ok := w.answers.Settings[key]; ok {
			return said
		}
		return w.plan.Value(key)
	}
	of := "of the deployment"
	if answers.OnServer(w.provider()) {
		of += " and its server"
	}
	h.add(plan.KeyName, "Name", now(plan.KeyName), of, checkOf(plan.KeyName, false))
	if harden, _ := plan.SettingOf(plan.KeyHardening); harden.TakenBy(w.provider()) {
		h.add(plan.KeyHardening, "Hardening", now(plan.KeyHardening), "left and right choose; standard suits most; minimal installs no updates by itself", nil).choices = harden.Choices()
	}
	h.add(plan.KeyTestCommand, "Tests", now(plan.KeyTestCommand),
		"a command that must succeed in the new release before it takes traffic; may be empty", checkOf(plan.KeyTestCommand, true))
	for _, q := range answers.DomainQuestions(w.answers, w.plan) {
		h.add(q.Key, q.Label, now(q.Key), q.About, checkOf(q.Key, true))
	}
	h.add(fieldEnvFile, "Variables file", w.answers.EnvFile, "a file of the app's variables, one KEY=VALUE a line; may be empty", nil)
	h.dropletRow(w)
	h.dataRows(w)
	for _, name := range w.answers.EnvKeys() {
		h.add(fieldEnv+name, "Variable "+name+" = ********", "", "Enter changes it, x removes it", nil).action = func(w *wizard) tea.Cmd {
			return w.push(newVariable(name))
		}
	}
	h.add(fieldAdd, "Add a variable", "", "Enter asks for its name and value; the value is hidden and goes only to where the app runs", nil).action = func(w *wizard) tea.Cmd {
		return w.push(newVariable(""))
	}
}

func (h *how) title() string { return "How" }

func (h *how) shown(w *wizard) tea.Cmd {
	h.planning = false
	at := h.here().id
	h.build(w)
	switch {
	case at == plan.KeyService || at == plan.KeyBackupTo || at == fieldDroplet:
		h.focus(plan.KeyName) // Enter goes on
	case h.field(at) == nil:
		h.focus(fieldAdd)
	default:
		h.focus(at)
	}
	return nil
}

func (h *how) update(w *wizard, msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case howAnswered:
		h.planning = false
		if m.err != nil {
			h.blame(m.err)
			return nil
		}
		w.plan = m.plan
		return askAboutData(w)
	case tea.KeyMsg:
		return h.pressed(w, m)
	}
	return nil
}

// blame shows an error at its field, or below the form.
func (h *how) blame(err error) {
	if answers.AboutName(err) {
		h.field(plan.KeyName).err = err.Error()
		h.focus(plan.KeyName)
		return
	}
	h.err = err.Error()
}

func (h *how) pressed(w *wizard, k tea.KeyMsg) tea.Cmd {
	h.err = ""
	switch {
	case k.Type == tea.KeyEsc:
		h.keep(w)
		return w.back()
	case h.planning:
		return nil
	case k.Type == tea.KeyEnter && h.here().action != nil:
		h.keep(w)
		return h.here().action(w)
	case k.Type == tea.KeyEnter:
		return h.submit(w)
	case k.String() == "x" && h.remove(w):
		return nil
	}
	h.key(k)
	return nil
}

// remove forgets the variable that has the cursor. It returns false if there is none.
func (h *how) remove(w *wizard) bool {
	name, ok := strings.CutPrefix(h.here().id, fieldEnv)
	if !ok {
		return false
	}
	h.keep(w)
	w.answers.RemoveEnv(name)
	h.build(w)
	h.focus(fieldAdd)
	return true
}

func (h *how) submit(w *wizard) tea.Cmd {
	if !h.good() {
		return nil
	}
	h.keep(w)
	h.planning = true
	return w.makePlan(h)
}

// keep takes over the values that are not the defaults.
func (h *how) keep(w *wizard) {
	for _, key := range []string{plan.KeyName, plan.KeyHardening, plan.KeyTestCommand, plan.KeyDomain, plan.KeyEmail} {
		if h.field(key) == nil {
			continue
		}
		if _, said := w.answers.Settings[key]; said || h.value(key) != w.plan.Value(key) {
			w.answers.Settings[key] = h.value(key)
		}
	}
	w.answers.EnvFile = expanded(h.value(fieldEnvFile), w.options.Asked.Getenv("HOME"))
}

func (h *how) view(w *wizard, width, height int) string {
	head := w.look.strong.Render("How shall it run?") + " " +
		w.look.faint.Render("every field has a default; Enter accepts them all") + "\n\n"
	tail := ""
	if h.err != "" {
		tail = "\n\n" + w.look.bad.Render(indented("  ", h.err, width))
	}
	if len(w.answers.EnvKeys()) > 0 {
		tail += "\n\n" + w.look.faint.Render("  The variables are kept only where the app runs.")
	}
	return head + h.form.view(w, width, height-6) + tail
}

func (h *how) keys(*wizard) []key {
	switch x := h.here(); {
	case x.id == fieldAdd:
		return []key{{"Enter", "add one"}, {"Tab", "next field"}, {"Esc", "back"}, {"?", "help"}}
	case x.id == plan.KeyService || x.id == plan.KeyBackupTo || x.id == fieldDroplet:
		return []key{{"Enter", "change it"}, {"Tab", "next field"}, {"Esc", "back"}, {"?", "help"}}
	case x.action != nil:
		return []key{{"Enter", "change it"}, {"x", "remove it"}, {"Tab", "next field"}, {"Esc", "back"}}
	case len(x.choices) > 0:
		return []key{{"Enter", "go on"}, {"left/right", "choose"}, {"Tab", "next field"}, {"Esc", "back"}, {"?", "help"}}
	}
	return []key{{"Enter", "go on"}, {"Tab", "next field"}, {"Esc", "back"}}
}
