package wizard

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

// review shows what would be made and changed, what it costs, and the command that
// does the same. The steps stand under headings, which are closed at first. The
// cursor starts on the line that deploys: only Enter there makes anything.
type review struct {
	// continued is true if an unfinished deployment is continued.
	continued bool
	found     *reviewed
	groups    []*group
	// at is the group that has the cursor; len(groups) is the line that deploys.
	at   int
	list stepList
}

// reviewed is what the look at everything found.
type reviewed struct {
	board *board
	plan  plan.Plan
	err   error
}

func (r *review) title() string { return "Review" }

func (r *review) shown(w *wizard) tea.Cmd {
	r.found, r.groups, r.list = nil, nil, stepList{}
	asked, home, open := w.answers.Asked(), w.options.Home, w.open()
	return w.async(r, func(ctx context.Context) tea.Msg {
		found := &reviewed{}
		if found.plan, found.err = plan.Make(ctx, asked, home); found.err != nil {
			return found
		}
		expected, err := steps.Expected(found.plan, home)
		if err != nil {
			found.err = err
			return found
		}
		found.board = newBoard(expected)
		_, found.err = steps.Preview(ctx, found.plan, home, open, found.board.event)
		return found
	})
}

func (r *review) update(w *wizard, msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case *reviewed:
		r.found = m
		if m.err != nil {
			return nil
		}
		w.plan = m.plan
		r.groups = grouped(m.board.rows)
		r.at = len(r.groups)
		return r.askAboutPorts(w)
	case tea.KeyMsg:
		return r.pressed(w, m)
	}
	return nil
}

func (r *review) pressed(w *wizard, k tea.KeyMsg) tea.Cmd {
	switch {
	case k.Type == tea.KeyEsc:
		return w.back()
	case r.found == nil:
		return nil
	case r.found.err != nil:
		return r.pressedAfterError(w, k)
	case k.Type == tea.KeyEnter && r.onDeploy() && len(r.closings()) > 0:
		return r.askAboutPorts(w)
	case k.Type == tea.KeyEnter && r.onDeploy():
		return w.push(newProgress(r.found.board.fresh()))
	}
	width, height := w.room()
	r.lay(w, width, height)
	r.move(k.String())
	return nil
}

// closings are the changes that nobody has consented to.
func (r *review) closings() []providers.Change {
	var changes []providers.Change
	for _, row := range r.found.board.rows {
		changes = append(changes, row.changes...)
	}
	return answers.Closings(r.found.plan, changes)
}

// askAboutPorts asks what the firewall may close, if the review is on top.
func (r *review) askAboutPorts(w *wizard) tea.Cmd {
	if closings := r.closings(); len(closings) > 0 && w.top() == r {
		return w.push(newPorts(closings))
	}
	return nil
}

// pressedAfterError looks again, or goes to the answer that the error is about.
func (r *review) pressedAfterError(w *wizard, k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "enter":
		return r.shown(w)
	case "e":
		return w.edit(answers.Culprit(r.found.err, w.answers.Settings[plan.KeyProvider]))
	}
	return nil
}

// onDeploy tells whether the cursor is on the line that deploys.
func (r *review) onDeploy() bool { return r.at == len(r.groups) }

// move opens, closes, moves or scrolls. The list was laid out before.
func (r *review) move(k string) {
	switch k {
	case "up", "k", "shift+tab":
		switch {
		case r.at == 0:
			r.list.top-- // to the notes
		case !r.list.scrollUp(r.groups, r.at):
			r.at--
			r.list.show(r.at)
		}
	case "down", "j", "tab":
		if !r.list.scrollDown(r.groups, r.at) {
			r.at = min(len(r.groups), r.at+1)
			r.list.show(r.at)
		}
	case "home", "g":
		r.at, r.list.top = 0, 0
		r.list.show(r.at)
	case "end", "G":
		r.at = len(r.groups)
	case "pgup", "b":
		r.list.top -= r.list.room - 1
	case "pgdown", " ":
		r.list.top += r.list.room - 1
	case "enter":
		r.open(!r.groups[r.at].open)
	case "right", "l":
		r.open(true)
	case "left", "h":
		r.open(false)
	}
}

// open opens or closes the heading that has the cursor.
func (r *review) open(open bool) {
	if r.onDeploy() {
		return
	}
	r.groups[r.at].open = open
	if open {
		r.list.first = r.at + 1
	}
}

func (r *review) view(w *wizard, width, height int) string {
	switch {
	case r.found == nil:
		return w.look.strong.Render("Review") + "\n\n" + w.look.faint.Render("  looking at what is there"+w.look.ellipsis)
	case r.found.err != nil:
		return r.trouble(w, width)
	}
	head, foot := r.lay(w, width, height)
	return strings.Join(slices.Concat(head, r.list.view(w), foot), "\n")
}

// lay lays the list out between what stands above and below it. Blank lines are left
// out where the closed headings would not fit otherwise.
func (r *review) lay(w *wizard, width, height int) (head, foot []string) {
	head, foot = r.head(w, width), r.foot(w, width)
	lines := r.lines(w, width)
	switch spare := height - len(head) - len(foot) - lines.closed(); {
	case spare >= 1:
		lines.space()
	case spare < 0:
		foot = slices.DeleteFunc(foot, func(line string) bool { return line == "" })
	}
	r.list.lay(lines, max(3, height-len(head)-len(foot)))
	return head, foot
}

// trouble says why nothing can be deployed, before anything is made.
func (r *review) trouble(w *wizard, width int) string {
	p := w.options.Problem(r.found.err)
	text := w.look.bad.Render("This can't be deployed as it is") + "\n\n" + indented("  ", p.Error, width)
	if p.Hint != "" {
		text += "\n\n" + w.look.strong.Render("What helps") + "\n" + indented("  ", p.Hint, width)
	}
	return text + "\n\n" + w.look.faint.Render("  Nothing was made. Enter looks again, e changes the answer, Esc goes back.")
}

// head says what is made, what it costs and what runs there.
func (r *review) head(w *wizard, width int) []string {
	b := r.found.board
	place, _ := answers.AboutProvider(b.provider)
	costs := "nothing more"
	if monthly, hourly := cost(b.rows); monthly > 0 {
		costs = answers.Money(monthly, hourly)
	}
	lines := []string{w.look.strong.Render(b.name) + "  " + place}
	for _, fact := range [][2]string{{"makes", made(b.rows)}, {"costs", costs}, {"runs", answers.AboutApp(r.found.plan.App)}} {
		for i, line := range wrapped(fact[1], width-9) {
			label := fact[0]
			if i > 0 {
				label = ""
			}
			lines = append(lines, "  "+w.look.faint.Render(w.look.padded(label, 7))+line)
		}
	}
	return lines
}

// made names what the provider would make besides the app itself.
func made(rows []*row) string {
	var titles []string
	under := headings(rows)
	for i, r := range rows {
		byProvider := under[i] == theServer || under[i] == thePlatform
		if byProvider && r.name != connectionStep && r.status != engine.Unchanged {
			titles = append(titles, r.title)
		}
	}
	if titles == nil {
		return "nothing new"
	}
	return strings.Join(titles, ", ")
}

// foot is the line that deploys, and the command that does the same.
func (r *review) foot(w *wizard, width int) []string {
	mark, deploy := "  ", w.look.strong.Render("Deploy "+r.found.board.name)
	if r.onDeploy() {
		mark, deploy = w.look.accent.Render(w.look.cursor)+" ", w.look.accent.Bold(true).Render("Deploy "+r.found.board.name)
	}
	about := "The same without questions"
	if needs := w.answers.CommandNeeds(); len(needs) > 0 {
		about += ", with " + strings.Join(needs, ", ") + " set"
	}
	lines := []string{mark + deploy, "", w.look.strong.Render(about + ":")}
	for _, line := range w.answers.CommandLines(width - 2) {
		lines = append(lines, "  "+w.look.accent.Render(line))
	}
	return lines
}

// summary counts the steps.
func summary(rows []*row) string {
	change, unchanged := counts(rows)
	switch {
	case change == 0:
		return fmt.Sprintf("No changes: %d steps unchanged", unchanged)
	case unchanged == 0:
		return fmt.Sprintf("%d steps to change", change)
	}
	return fmt.Sprintf("%d steps to change, %d unchanged", change, unchanged)
}

func (r *review) keys(*wizard) []key {
	back, help := key{"Esc", "back"}, key{"?", "help"}
	switch {
	case r.found == nil:
		return []key{back}
	case r.found.err != nil:
		return []key{{"Enter", "look again"}, {"e", "change the answer"}, back, help}
	case r.onDeploy():
		return []key{{"Enter", "deploy"}, {"up", "to the steps"}, back, help}
	case r.groups[r.at].open:
		return []key{{"Enter", "close"}, {"up/down", "move"}, {"PgDn", "scroll"}, {"End", "to Deploy"}, back, help}
	}
	return []key{{"Enter", "open"}, {"up/down", "move"}, {"End", "to Deploy"}, back, help}
}

func (r *review) typing() bool { return false }
