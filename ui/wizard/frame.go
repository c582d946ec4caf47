package wizard

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"slipway/ui/text"
)

// The smallest window in which every screen can be read.
const (
	leastWidth  = 80
	leastHeight = 24
)

// mostWidth is how wide a screen is drawn at most: longer lines are hard to read.
const mostWidth = 120

// frameLines are the lines around a screen's body: two above, two below.
const frameLines = 4

// path are the titles of the screens, in the order in which they come.
var path = []string{"Start", "Where", "How", "Review", "Deploy"}

func (w *wizard) small() bool {
	return w.width > 0 && (w.width < leastWidth || w.height < leastHeight)
}

// View renders the screen on top. It waits for nothing.
func (w *wizard) View() string {
	if w.width == 0 {
		w.width, w.height = leastWidth, leastHeight // until the terminal tells
	}
	if w.small() {
		return w.tooSmall()
	}
	width, height := w.room()
	body := w.top().view(w, width, height)
	if w.help {
		body = w.helpView()
	}
	lines := []string{w.header(), ""}
	for _, line := range w.look.fit(body, width, height) {
		lines = append(lines, " "+line)
	}
	return text.Screen(strings.Join(append(lines, "", w.footer()), "\n"))
}

// room is how many cells and lines a screen's body has.
func (w *wizard) room() (width, height int) {
	return min(w.width, mostWidth) - 2, w.height - frameLines
}

func (w *wizard) tooSmall() string {
	text := fmt.Sprintf("This window has %d x %d characters;\nSlipway needs %d x %d.\n\nMake it larger, or leave with\nCtrl-C and run:\nslipway --accessible",
		w.width, w.height, leastWidth, leastHeight)
	return strings.Join(w.look.fit(text, w.width, w.height), "\n")
}

// header shows which of the screens this is.
func (w *wizard) header() string {
	parts := make([]string, len(path))
	for i, place := range path {
		parts[i] = w.look.path.Render(place)
		if place == w.top().title() {
			parts[i] = w.look.here.Render("[" + place + "]")
		}
	}
	return ansi.Truncate(" "+w.look.title.Render("Slipway")+"   "+strings.Join(parts, w.look.path.Render(" "+w.look.sep+" ")), w.width, "")
}

// footer shows what the keys do now.
func (w *wizard) footer() string {
	if w.help {
		return " " + w.look.faint.Render("any key goes back")
	}
	if w.leaving {
		return " " + w.look.warn.Render("Stopping. The same command continues later. Ctrl-C again leaves at once.")
	}
	line := ""
	for _, k := range w.top().keys(w) {
		part := w.look.strong.Render(k.key) + " " + w.look.faint.Render(k.does)
		if ansi.StringWidth(line)+ansi.StringWidth(part)+3 > w.width {
			break
		}
		line += " " + part + "  "
	}
	return line
}

// fit cuts and pads a body to exactly height lines of at most width cells.
func (l *look) fit(body string, width, height int) []string {
	lines := strings.Split(body, "\n")
	for len(lines) < height {
		lines = append(lines, "")
	}
	for i, line := range lines[:height] {
		lines[i] = ansi.Truncate(line, width, l.ellipsis)
	}
	return lines[:height]
}

// wrapped cleans a text and breaks it between words into lines of at most width
// cells. Only a word that is wider than a line is cut.
func wrapped(s string, width int) []string {
	width = max(width, 1)
	var all []string
	for paragraph := range strings.SplitSeq(s, "\n") {
		for _, line := range text.Wrap(text.Clean(paragraph), width) {
			all = append(all, strings.Split(ansi.Hardwrap(line, width, true), "\n")...)
		}
	}
	return all
}

// indented puts a margin before each line of a text that is broken to width.
func indented(margin, s string, width int) string {
	return margin + strings.Join(wrapped(s, width-ansi.StringWidth(margin)), "\n"+margin)
}

func (w *wizard) helpView() string {
	var b strings.Builder
	b.WriteString(w.look.strong.Render("Keys on this screen") + "\n\n")
	for _, k := range append(w.top().keys(w), key{"Ctrl-C", "stop and leave, at any time; the same command continues"}) {
		fmt.Fprintf(&b, "  %s%s%s\n", w.look.accent.Render(k.key), strings.Repeat(" ", max(1, 14-ansi.StringWidth(k.key))), k.does)
	}
	b.WriteString("\n" + strings.Join(wrapped("Nothing is made or changed before you confirm on the Review screen. "+
		"What a run did stays on record; the same command continues it.", 76), "\n"))
	return b.String()
}
