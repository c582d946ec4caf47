package wizard

import (
	"fmt"
	"slices"

	"slipway/steps/engine"
	"slipway/ui/answers"
)

// stepList is the part of the review that scrolls: notes, then the headings with
// the steps of those that are open.
type stepList struct {
	lines []string
	// about is how many lines of notes there are.
	about int
	// starts and ends are the lines of each heading: its own, and that after its
	// last step.
	starts, ends []int
	// top is the first line that is shown, room how many are.
	top, room int
	// first, if it is not 0, is the heading, counted from 1, that was opened just
	// now and comes to the top if its steps don't fit below it.
	first int
}

// lines are the list's lines, with where each heading begins and ends.
func (r *review) lines(w *wizard, width int) stepList {
	var l stepList
	notes := r.found.board.notes
	for _, note := range notes {
		for _, line := range wrapped("note: "+note, width-4) {
			l.lines = append(l.lines, "  "+w.look.warn.Render(line))
		}
	}
	if r.continued {
		about := "The app's variables are on the server if the earlier run came that far; if it did not, give them again."
		for _, line := range wrapped(about, width-4) {
			l.lines = append(l.lines, "  "+w.look.faint.Render(line))
		}
	}
	l.about = len(l.lines)
	l.lines = append(l.lines, w.look.strong.Render(summary(r.found.board.rows)))
	for i, g := range r.groups {
		l.starts = append(l.starts, len(l.lines))
		l.lines = append(l.lines, g.line(w, i == r.at))
		if g.open {
			for _, s := range g.rows {
				l.lines = append(l.lines, s.lines(w, width)...)
			}
		}
		l.ends = append(l.ends, len(l.lines))
	}
	return l
}

// line is a group's heading with how many of its steps change and what they cost.
func (g *group) line(w *wizard, here bool) string {
	mark, fold := "  ", w.look.closed
	if g.open {
		fold = w.look.opened
	}
	title := w.look.padded(fold+" "+string(g.heading), 26)
	if here {
		mark, title = w.look.accent.Render(w.look.cursor)+" ", w.look.accent.Bold(true).Render(title)
	}
	change, unchanged := counts(g.rows)
	about := "unchanged"
	switch {
	case change > 0 && unchanged > 0:
		about = fmt.Sprintf("%d to change, %d unchanged", change, unchanged)
	case change > 0:
		about = fmt.Sprintf("%d to change", change)
	}
	if monthly, _ := cost(g.rows); monthly > 0 {
		about = w.look.padded(about, 27) + answers.Money(monthly, 0)
	}
	return mark + title + w.look.faint.Render(about)
}

// lines are a step and what it would change.
func (r *row) lines(w *wizard, width int) []string {
	if r.status == engine.Unchanged {
		return []string{"    " + w.look.good.Render(w.look.done) + " " + w.look.faint.Render(r.title+": unchanged")}
	}
	lines := []string{"    " + w.look.accent.Render(w.look.todo) + " " + r.title}
	for _, c := range r.changes {
		for _, line := range eachLine(w.look.bullet+" "+answers.AboutChange(c), width-2, w.look.faint.Render) {
			lines = append(lines, "  "+line)
		}
	}
	return lines
}

// closed is how many lines there are without the steps of open headings.
func (l *stepList) closed() int {
	n := len(l.lines)
	for i := range l.starts {
		n -= l.ends[i] - l.starts[i] - 1
	}
	return n
}

// space puts a blank line between the notes and the steps.
func (l *stepList) space() {
	l.lines = slices.Insert(l.lines, l.about, "")
	for i := range l.starts {
		l.starts[i]++
		l.ends[i]++
	}
}

// lay takes new lines into a room of some lines, at the place where it was.
func (l *stepList) lay(lines stepList, room int) {
	lines.top, lines.room = l.top, room
	if i := l.first - 1; i >= 0 && i < len(lines.starts) {
		if !lines.sees(lines.ends[i] - 1) {
			lines.top = lines.starts[i] - 1
		}
	}
	lines.top = max(0, min(lines.top, len(lines.lines)-room))
	*l = lines
}

// seen are the first line that is shown and that after the last, but for the lines
// that say that there is more.
func (l *stepList) seen() (from, to int) {
	from, to = l.top, l.top+l.room
	if from > 0 {
		from++
	}
	if to < len(l.lines) {
		to--
	}
	return from, to
}

func (l *stepList) sees(line int) bool {
	from, to := l.seen()
	return from <= line && line < to
}

// show scrolls as little as it takes to show a heading.
func (l *stepList) show(heading int) {
	if heading >= len(l.starts) || l.sees(l.starts[heading]) {
		return
	}
	line := l.starts[heading]
	if heading == 0 && line < l.room-1 {
		l.top = 0 // with the notes
		return
	}
	if from, _ := l.seen(); line < from {
		l.top = line - 1
	} else {
		l.top = line - l.room + 2
	}
}

// scrollDown scrolls by a line if the end of an open heading is not shown yet.
func (l *stepList) scrollDown(groups []*group, at int) bool {
	if at >= len(groups) || !groups[at].open || l.sees(l.ends[at]-1) {
		return false
	}
	l.top++
	return true
}

// scrollUp scrolls by a line if an open heading's own line is not shown.
func (l *stepList) scrollUp(groups []*group, at int) bool {
	if at >= len(groups) || !groups[at].open || l.sees(l.starts[at]) {
		return false
	}
	l.top--
	return true
}

// view renders the lines that are shown, room lines in all.
func (l *stepList) view(w *wizard) []string {
	part := append([]string{}, l.lines[l.top:min(len(l.lines), l.top+l.room)]...)
	if l.top > 0 {
		part[0] = w.look.faint.Render("  " + w.look.ellipsis + " more above")
	}
	if below := len(l.lines) - l.top - l.room; below > 0 {
		part[len(part)-1] = w.look.faint.Render(fmt.Sprintf("  %s %d more lines below", w.look.ellipsis, below+1))
	}
	return part
}
