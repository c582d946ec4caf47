package wizard

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/answers"
	"slipway/ui/cause"
)

// failure says what happened, what can be done, and then all that the failed step
// printed.
type failure struct {
	picker
	board   *board
	problem *engine.Problem
	cause   cause.Cause
	// remedy is what settles it, if that is known, and folder is the app's.
	remedy cause.Remedy
	folder string
	// about is the question whose answer the error is about.
	about answers.Question
	// said is what came of the last choice, if it led to no other screen.
	said string
	// top is the first line of the details that is shown.
	top int
}

// shellEnded says that the person closed the shell on the server.
type shellEnded struct{ err error }

func newFailure(w *wizard, b *board, err error) *failure {
	f := &failure{board: b, problem: w.options.Problem(err)}
	f.cause = cause.Of(f.problem.Error)
	if step, ok := errors.AsType[*engine.StepError](err); ok {
		f.cause.Line = strings.TrimPrefix(f.cause.Line, step.Step+": ") // the title names the step
	}
	f.remedy, f.folder, _ = answers.RemedyOf(err)
	f.about = answers.Culprit(err, w.plan.Value(plan.KeyProvider))
	w.ending.Err = err
	record, readErr := w.options.Home.Read(b.name)
	items := f.choices(readErr == nil && record.Server.Address != "", w.options.Home.Exists(b.name))
	f.set(items, items[0].id)
	return f
}

// aboutQuestion is what changing an answer is called.
var aboutQuestion = map[answers.Question]string{
	answers.AskApp: "Choose another app", answers.AskWhere: "Choose another place", answers.AskToken: "Give another token",
	answers.AskName: "Give it another name", answers.AskTests: "Change the test command", answers.AskEnv: "Change the variables",
}

// choices are what can be done, each with its key.
func (f *failure) choices(shell, onRecord bool) []item {
	var items []item
	if f.remedy.Keep != "" {
		items = append(items, item{id: "data", title: "w  Keep " + f.remedy.Keep + " across releases (in slipway.toml) and try again"})
	}
	if f.remedy.Variable != "" {
		items = append(items, item{id: "variable", title: "v  Give " + f.remedy.Variable + " and try again"})
	}
	items = append(items, item{id: "retry", title: "r  Try again, from where it stopped"},
		item{id: "edit", title: "e  " + aboutQuestion[f.about]},
		item{id: "log", title: "l  Read the log"})
	if shell {
		items = append(items, item{id: "shell", title: "s  Open a shell on the server"})
	}
	items = append(items, item{id: "keep", title: "k  Keep what was made and leave; the same command continues"})
	if onRecord {
		items = append(items, item{id: "destroy", title: "d  Remove what was made"})
	}
	return items
}

func (f *failure) title() string { return "Deploy" }

func (f *failure) shown(*wizard) tea.Cmd { return nil }

func (f *failure) update(w *wizard, msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case shellEnded:
		f.said = "The shell was left."
		var exit *exec.ExitError
		if m.err != nil && !errors.As(m.err, &exit) {
			f.said = "The shell could not be opened: " + m.err.Error()
		}
	case tea.KeyMsg:
		return f.pressed(w, m)
	}
	return nil
}

// letters are the keys of the choices.
var letters = map[string]string{"w": "data", "v": "variable", "r": "retry", "e": "edit", "l": "log", "s": "shell", "k": "keep", "d": "destroy"}

func (f *failure) pressed(w *wizard, k tea.KeyMsg) tea.Cmd {
	f.said = ""
	if id, ok := letters[k.String()]; ok {
		for _, it := range f.items {
			if it.id == id {
				return f.do(w, id)
			}
		}
	}
	switch k.String() {
	case "esc":
		return w.back()
	case "enter":
		it, _ := f.chosen()
		return f.do(w, it.id)
	case "pgdown", " ":
		f.top += 4
	case "pgup":
		f.top = max(0, f.top-4)
	case "/":
	default:
		f.key(k)
	}
	return nil
}

func (f *failure) do(w *wizard, id string) tea.Cmd {
	switch id {
	case "retry":
		return f.retry(w)
	case "data":
		if err := answers.Keep(f.folder, f.remedy.Keep); err != nil {
			f.said = err.Error()
			return nil
		}
		return f.retry(w)
	case "variable":
		return w.push(newVariable(f.remedy.Variable).then(f.retry))
	case "edit":
		w.ending.Err = nil
		return w.edit(f.about)
	case "log":
		return w.push(newLogs(f.board.log))
	case "shell":
		return f.shell(w)
	case "destroy":
		return w.push(newRemoval(f.board.name, func(w *wizard) tea.Cmd {
			w.ending.Err = nil
			return w.restart()
		}))
	}
	return tea.Quit
}

// retry runs the deployment again, with what has changed of the answers and the app.
func (f *failure) retry(w *wizard) tea.Cmd {
	w.ending.Err = nil
	return w.replace(f, newProgress(f.board.fresh()))
}

// shell gives the terminal to a shell on the server until the person closes it.
func (f *failure) shell(w *wizard) tea.Cmd {
	cmd, err := w.options.Shell(w.ctx, f.board.name, w.answers.Getenv)
	if err != nil {
		f.said = err.Error()
		return nil
	}
	return tea.ExecProcess(cmd, func(err error) tea.Msg {
		return delivered{f, shellEnded{err}}
	})
}

// edit goes back to the screen of a question and keeps every answer.
func (w *wizard) edit(q answers.Question) tea.Cmd {
	if q == answers.AskApp {
		return w.restart()
	}
	wanted := func(s screen) bool { _, ok := s.(*how); return ok }
	if q == answers.AskWhere || q == answers.AskToken {
		wanted = func(s screen) bool { _, ok := s.(*where); return ok }
	}
	for i, s := range w.stack {
		if wanted(s) {
			w.stack = w.stack[:i+1]
			return w.at(q)
		}
	}
	w.stack = w.stack[:1]
	if q == answers.AskWhere || q == answers.AskToken {
		w.stack = append(w.stack, &where{})
		return w.at(q)
	}
	w.stack = append(w.stack, newHow(w))
	return w.at(q)
}

// at shows the top screen with the cursor on a question.
func (w *wizard) at(q answers.Question) tea.Cmd {
	if q == answers.AskToken {
		delete(w.catalogs, w.provider())
		return w.push(newToken(w.provider(), false))
	}
	cmd := w.top().shown(w)
	if h, ok := w.top().(*how); ok {
		h.focus(map[answers.Question]string{answers.AskTests: plan.KeyTestCommand, answers.AskEnv: fieldEnvFile,
			answers.AskName: plan.KeyName, answers.AskDomain: plan.KeyDomain}[q])
	}
	return cmd
}

// The most lines that the cause and the hint take: the choices must fit below.
const (
	mostCauseLines = 4
	mostHintLines  = 3
)

func (f *failure) view(w *wizard, width, height int) string {
	lines := []string{w.look.bad.Render(w.look.failed + " It stopped" + f.where())}
	for _, line := range atMost(wrapped(f.cause.String(), width-4), mostCauseLines, w.look.ellipsis) {
		lines = append(lines, "  "+w.look.strong.Render(line))
	}
	if f.problem.Hint != "" {
		lines = append(lines, "")
		for _, line := range atMost(wrapped(f.problem.Hint, width-4), mostHintLines, w.look.ellipsis) {
			lines = append(lines, "  "+w.look.warn.Render(line))
		}
	}
	lines = append(lines, "", w.look.strong.Render("What now?"), f.picker.view(w, width, len(f.items)))
	if f.said != "" {
		lines = append(lines, w.look.faint.Render("  "+f.said))
	}
	used := strings.Count(strings.Join(lines, "\n"), "\n") + 1
	return strings.Join(append(lines, f.details(w, width, height-used)...), "\n")
}

// details are as many lines of all that was printed as there is room for.
func (f *failure) details(w *wizard, width, room int) []string {
	var all []string
	for _, line := range f.cause.Rest {
		all = append(all, wrapped("  "+line, width)...)
	}
	room -= 2 // the blank line and the title
	if len(all) == 0 || room < 1 {
		return nil
	}
	f.top = max(0, min(f.top, len(all)-room))
	part := all[f.top:min(len(all), f.top+room)]
	title := w.look.strong.Render("Details")
	if len(part) < len(all) {
		title += w.look.faint.Render(fmt.Sprintf("  lines %d to %d of %d; PgDn and PgUp scroll", f.top+1, f.top+len(part), len(all)))
	}
	lines := []string{"", title}
	for _, line := range part {
		lines = append(lines, w.look.faint.Render(line))
	}
	return lines
}

// atMost cuts lines that are too many, and shows by a sign that it did.
func atMost(lines []string, n int, sign string) []string {
	if len(lines) <= n {
		return lines
	}
	return append(slices.Clone(lines[:n-1]), lines[n-1]+sign)
}

func (f *failure) where() string {
	if r := f.board.failed(); r != nil {
		return " at: " + r.title
	}
	return ""
}

func (f *failure) keys(*wizard) []key {
	return []key{{"Enter", "do it"}, {"up/down", "move"}, {"PgDn", "more details"}, {"Esc", "back to the review"}, {"?", "help"}}
}

func (f *failure) typing() bool { return false }
