package wizard

import (
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps/engine"
	"slipway/ui/answers"
)

// done shows the URL, the next commands, and what protects the server.
type done struct {
	board   *board
	outcome engine.Outcome
	took    time.Duration
	// again is the command that deploys later changes.
	again string
	top   int
	lines int
}

func newDone(w *wizard, b *board, o engine.Outcome, took time.Duration) *done {
	return &done{board: b, outcome: o, took: took, again: w.answers.Command()}
}

func (d *done) title() string { return "Deploy" }

func (d *done) shown(*wizard) tea.Cmd { return nil }

func (d *done) update(w *wizard, msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	switch k.String() {
	case "enter", "q", "esc":
		return tea.Quit
	case "l":
		return w.push(newLogs(d.board.log))
	case "up", "k":
		d.top--
	case "down", "j":
		d.top++
	case "pgup":
		d.top -= 8
	case "pgdown", " ":
		d.top += 8
	}
	d.top = max(0, min(d.top, d.lines))
	return nil
}

func (d *done) view(w *wizard, width, height int) string {
	lines := append(d.head(w, width), d.protections(w, width)...)
	d.lines = max(0, len(lines)-height)
	d.top = min(d.top, d.lines)
	part := append([]string{}, lines[d.top:min(len(lines), d.top+height)]...)
	if d.top < d.lines {
		part[len(part)-1] = w.look.faint.Render("  " + w.look.ellipsis + " more below")
	}
	return strings.Join(part, "\n")
}

// head is the URL, what visitors get there if it is not the app, and the next commands.
func (d *done) head(w *wizard, width int) []string {
	what := fmt.Sprintf("%s is deployed, in %s", d.board.name, duration(d.took))
	if !d.outcome.Changed {
		what = d.board.name + ": no changes"
	}
	mark := w.look.good.Render(w.look.done)
	if !d.outcome.Served() {
		mark = w.look.warn.Render("!")
		what += fmt.Sprintf(", and visitors get status %d", d.outcome.Visitors.Status)
		if d.outcome.Visitors.Status == 0 {
			what = d.board.name + " is deployed, and visitors get no answer"
		}
	}
	lines := []string{mark + " " + w.look.strong.Render(what), "",
		"  " + w.look.accent.Bold(true).Render(d.outcome.URL), ""}
	for _, line := range d.outcome.Visitors.Lines() {
		lines = append(lines, eachLine(line, width, w.look.warn.Render)...)
	}
	if d.outcome.Visitors.Lines() != nil {
		lines = append(lines, "")
	}
	monthly, hourly := cost(d.board.rows)
	if monthly > 0 {
		lines = append(lines, "  What was made costs "+answers.Money(monthly, hourly)+".", "")
	}
	lines = append(lines, w.look.strong.Render("What next"))
	for _, c := range d.next() {
		lines = append(lines, "  "+w.look.accent.Render(w.look.padded(c[0], d.column()))+" "+w.look.faint.Render(c[1]))
	}
	return append(lines, "")
}

// next are the next commands.
func (d *done) next() [][2]string {
	if !answers.OnServer(d.board.provider) {
		return [][2]string{
			{"slipway logs " + d.board.name + " -f", "show what it prints"},
			{"slipway status " + d.board.name, "show how it is"},
			{d.again, "deploy what changed"},
			{"slipway destroy " + d.board.name, "remove it"},
		}
	}
	return [][2]string{
		{"slipway ssh " + d.board.name, "log in to the server"},
		{"slipway status " + d.board.name, "show its health, memory, disk and updates"},
		{d.again, "deploy what changed"},
		{"slipway destroy " + d.board.name, "remove it and its server"},
	}
}

// column is how wide the commands are.
func (d *done) column() int {
	const most = 52
	width := 0
	for _, c := range d.next() {
		width = max(width, len(c[0]))
	}
	return min(width, most) + 2
}

// protecting are the steps that keep others out.
var protecting = []string{"login", "sshd", "firewall", "updates", "account", "release"}

// protections are the steps that keep others out, with what this run changed.
func (d *done) protections(w *wizard, width int) []string {
	if !answers.OnServer(d.board.provider) {
		return nil
	}
	var lines []string
	for _, name := range protecting {
		for _, r := range d.board.rows {
			if r.name != name || !r.finished() {
				continue
			}
			lines = append(lines, "  "+w.look.good.Render(w.look.done)+" "+r.title)
			if r.status == engine.Unchanged {
				continue
			}
			for _, c := range r.changes {
				lines = append(lines, eachLine(w.look.bullet+" "+answers.AboutChange(c), width, w.look.faint.Render)...)
			}
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return append([]string{w.look.strong.Render("What protects it")}, lines...)
}

func (d *done) keys(*wizard) []key {
	return []key{{"Enter", "leave"}, {"up/down", "scroll"}, {"l", "log"}, {"?", "help"}}
}

func (d *done) typing() bool { return false }
