package wizard

import (
	"errors"
	"os/exec"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

// failure says what happened and what can be done.
type failure struct {
	picker
	board   *board
	err     error
	problem *engine.Problem
	blamed  answers.Question
	said    string
	top     int
}

// shellEnded says that a shell on the server was left.
type shellEnded struct{ err error }

func newFailure(w *wizard, b *board, err error) *failure {
	f := &failure{board: b, err: err, problem: w.options.Problem(err)}
	f.blamed = answers.Culprit(err, w.plan.Value(plan.KeyProvider))
	w.ending.Err = err
	record, readErr := w.options.Home.Read(b.name)
	f.set(f.choices(readErr == nil && record.Server.Address != "", w.options.Home.Exists(b.name)), "retry")
	return f
}

// aboutQuestion is what changing an answer is called.
var aboutQuestion = map[answers.Question]string{
	answers.AskApp: "Choose another app", answers.AskWhere: "Choose another place", answers.AskToken: "Give another token",
	answers.AskName: "Give it another name", answers.AskTests: "Change the test command", answers.AskEnv: "Change the variables",
}

// choices are what can be done, each with its key.
func (f *failure) choices(shell, onRecord bool) []item {
	items := []item{{id: "retry", title: "r  Try again, from where it stopped"},
		{id: "edit", title: "e  " + aboutQuestion[f.blamed]},
		{id: "log", title: "l  Read the log"}}
	if shell {
		items = append(items, item{id: "shell", title: "s  Open a shell on the server"})
	}
	items = append(items, item{id: "keep", title: "k  Keep what there is and leave; the same command continues"})
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
			f.said = "There was no shell: " + m.err.Error()
		}
	case tea.KeyMsg:
		return f.pressed(w, m)
	}
	return nil
}

// letters are the keys of the choices.
var letters = map[string]string{"r": "retry", "e": "edit", "l": "log", "s": "shell", "k": "keep", "d": "destroy"}

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
		w.ending.Err = nil
		return w.replace(f, newProgress(f.board.fresh()))
	case "edit":
		w.ending.Err = nil
		return w.edit(f.blamed)
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

// shell gives the terminal to a shell on the server until that is left.
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

// edit goes back to the screen of a question, with every answer kept.
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
		w.sale = nil
		return w.push(newToken(false))
	}
	cmd := w.top().shown(w)
	if h, ok := w.top().(*how); ok {
		h.focus(map[answers.Question]string{answers.AskTests: plan.KeyTestCommand, answers.AskEnv: fieldEnvFile,
			answers.AskName: plan.KeyName, answers.AskDomain: plan.KeyDomain}[q])
	}
	return cmd
}

func (f *failure) view(w *wizard, width, height int) string {
	head := []string{w.look.bad.Render(w.look.failed + " It stopped" + f.where())}
	head = append(head, "")
	var why []string
	for line := range strings.SplitSeq(f.problem.Error, "\n") {
		why = append(why, wrapped("  "+clean(line), width)...)
	}
	if f.problem.Hint != "" {
		why = append(why, "")
		why = append(why, eachLine(f.problem.Hint, width, w.look.warn.Render)...)
	}
	list := f.picker.view(w, width, len(f.items))
	room := height - len(head) - len(f.items) - 4
	f.top = max(0, min(f.top, len(why)-room))
	part := why[f.top:min(len(why), f.top+room)]
	if f.top+room < len(why) && room > 1 {
		part = append(append([]string{}, part[:room-1]...), w.look.faint.Render("  "+w.look.ellipsis+" PgDn shows more"))
	}
	text := strings.Join(append(head, part...), "\n") + "\n\n" + w.look.strong.Render("What now?") + "\n" + list
	if f.said != "" {
		text += "\n" + w.look.faint.Render("  "+f.said)
	}
	return text
}

func (f *failure) where() string {
	if r := f.board.failed(); r != nil {
		return " at: " + r.title
	}
	return ""
}

func (f *failure) keys(*wizard) []key {
	return []key{{"Enter", "do it"}, {"up/down", "move"}, {"PgDn", "more of the error"}, {"Esc", "back to the review"}, {"?", "help"}}
}

func (f *failure) typing() bool { return false }
