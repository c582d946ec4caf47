package wizard

import (
	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps/plan"
	"slipway/ui/answers"
)

// backups asks where backups go, and for the key of a bucket.
type backups struct {
	form
	// goOn is what follows once it is answered; nil goes back.
	goOn func(*wizard) tea.Cmd
}

const (
	fieldPlace  = "place"
	fieldRest   = "rest"
	fieldKey    = "key"
	fieldSecret = "secret"
)

func newBackups(w *wizard, goOn func(*wizard) tea.Cmd) *backups {
	b := &backups{goOn: goOn}
	scheme, rest := answers.BackupTo(w.answers, w.plan)
	b.build(w, scheme, rest)
	b.focus(fieldPlace)
	return b
}

// build makes the fields that a place needs.
func (b *backups) build(w *wizard, scheme, rest string) {
	b.form = form{}
	var titles []string
	var chosen answers.BackupPlace
	for _, p := range answers.BackupPlaces(w.provider()) {
		titles = append(titles, p.Title)
		if p.Scheme == scheme {
			chosen = p
		}
	}
	b.add(fieldPlace, "Where", chosen.Title, chosen.About, nil).choices = titles
	if scheme == plan.NoBackup {
		return
	}
	b.add(fieldRest, "Address", rest, "like "+chosen.Like, func(value string) error { return answers.CheckBackup(scheme, value) })
	if answers.NeedsBucketKey(w.answers, w.plan, scheme) {
		b.add(fieldKey, "Key ID", "", "of a key that may read and write the bucket; hidden; kept on the server only", credential(answers.BucketKey)).secret()
		b.add(fieldSecret, "Secret key", "", "hidden; kept on the server only", credential(answers.BucketSecret)).secret()
	}
}

// credential refuses an empty one.
func credential(variable string) func(string) error {
	return func(value string) error {
		if value == "" {
			return plan.Usagef("", "type it, or leave with Ctrl-C and set %s", variable)
		}
		return nil
	}
}

func (b *backups) title() string { return "How" }

func (b *backups) shown(*wizard) tea.Cmd { return nil }

// scheme is that of the place that is chosen.
func (b *backups) scheme(w *wizard) string {
	for _, p := range answers.BackupPlaces(w.provider()) {
		if p.Title == b.value(fieldPlace) {
			return p.Scheme
		}
	}
	return plan.NoBackup
}

func (b *backups) update(w *wizard, msg tea.Msg) tea.Cmd {
	before := b.value(fieldPlace)
	next := b.press(w, msg, func() tea.Cmd { return b.enter(w) })
	if b.value(fieldPlace) != before {
		b.build(w, b.scheme(w), b.value(fieldRest))
		b.focus(fieldPlace)
	}
	return next
}

func (b *backups) enter(w *wizard) tea.Cmd {
	if b.here().id == fieldPlace && b.field(fieldRest) != nil && b.value(fieldRest) == "" {
		b.focus(fieldRest)
		return nil
	}
	if !b.good() {
		return nil
	}
	w.answers.SayBackups(b.scheme(w), b.value(fieldRest), w.plan)
	if b.field(fieldKey) != nil {
		w.answers.SetBucketKey(b.value(fieldKey), b.value(fieldSecret))
	}
	if b.goOn == nil {
		return w.back()
	}
	return b.goOn(w)
}

func (b *backups) view(w *wizard, width, height int) string {
	about := "Each night the app's databases, folders and files are copied there, encrypted. A backup counts as good once it was restored and compared."
	return w.look.strong.Render("Where shall backups go?") + "\n\n" + b.form.view(w, width, height-6) +
		"\n\n" + w.look.faint.Render(indented("  ", about, width))
}

func (b *backups) keys(*wizard) []key {
	if len(b.here().choices) > 0 {
		return []key{{"Enter", "go on"}, {"left/right", "choose"}, {"Tab", "next field"}, {"Esc", "back"}, {"?", "help"}}
	}
	return []key{{"Enter", "go on"}, {"Tab", "next field"}, {"Esc", "back"}}
}
