package wizard

import (
	"strings"

	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"slipway/ui/text"
)

// item is one thing that can be chosen.
type item struct {
	id    string
	title string
	// about are lines below it.
	about string
	// why says why it can't be chosen now; empty if it can.
	why string
}

// picker is a list of which one item is chosen.
type picker struct {
	items []item
	at    int // among the shown items
	// narrow is true while the filter is typed.
	narrow bool
	filter textinput.Model
}

func newInput() textinput.Model {
	input := textinput.New()
	input.Prompt = ""
	// A cursor that blinks redraws for ever.
	input.Cursor.SetMode(cursor.CursorStatic)
	return input
}

// set replaces the items and puts the cursor on one of them.
func (p *picker) set(items []item, id string) {
	if p.items == nil {
		p.filter = newInput()
		p.filter.Width = 50
	}
	p.items, p.at = items, 0
	for i, it := range p.shown() {
		if it.id == id {
			p.at = i
		}
	}
}

// toFree moves the cursor to the first item that can be chosen, unless it is on one.
func (p *picker) toFree() {
	if it, ok := p.chosen(); ok && it.why == "" {
		return
	}
	for i, it := range p.shown() {
		if it.why == "" {
			p.at = i
			return
		}
	}
}

// shown are the items that the filter lets through.
func (p *picker) shown() []item {
	words := strings.Fields(strings.ToLower(p.filter.Value()))
	if len(words) == 0 {
		return p.items
	}
	var some []item
	for _, it := range p.items {
		text := strings.ToLower(it.id + " " + it.title + " " + it.about + " " + it.why)
		every := true
		for _, word := range words {
			every = every && strings.Contains(text, word)
		}
		if every {
			some = append(some, it)
		}
	}
	return some
}

// chosen is the item under the cursor.
func (p *picker) chosen() (item, bool) {
	shown := p.shown()
	if p.at >= len(shown) {
		return item{}, false
	}
	return shown[p.at], true
}

// key moves the cursor or types the filter. It returns true if the key did that.
func (p *picker) key(k tea.KeyMsg) bool {
	if p.narrow && p.typed(k) {
		return true
	}
	last := len(p.shown()) - 1
	switch k.String() {
	case "up", "k", "shift+tab", "ctrl+p":
		p.at = max(0, p.at-1)
	case "down", "j", "tab", "ctrl+n":
		p.at = max(0, min(last, p.at+1))
	case "home", "g":
		p.at = 0
	case "end", "G":
		p.at = max(0, last)
	case "pgdown":
		p.at = max(0, min(last, p.at+5))
	case "pgup":
		p.at = max(0, p.at-5)
	case "/":
		p.narrow = true
		p.filter.Focus()
	default:
		return false
	}
	return true
}

// typed gives a key to the filter. It returns false for keys that move the cursor or
// choose.
func (p *picker) typed(k tea.KeyMsg) bool {
	switch k.Type {
	case tea.KeyUp, tea.KeyDown, tea.KeyPgDown, tea.KeyPgUp, tea.KeyTab, tea.KeyShiftTab:
		return false
	case tea.KeyEsc:
		p.widen()
		return true
	case tea.KeyEnter:
		if _, ok := p.chosen(); !ok {
			return true
		}
		p.widen()
		return false
	}
	p.filter, _ = p.filter.Update(k)
	p.at = 0
	return true
}

// widen removes the filter; the cursor stays on its item.
func (p *picker) widen() {
	it, _ := p.chosen()
	p.narrow = false
	p.filter.SetValue("")
	p.set(p.items, it.id)
}

// view renders as much of the list around the cursor as fits.
func (p *picker) view(w *wizard, width, height int) string {
	var lines []string
	if p.narrow {
		lines = append(lines, w.look.accent.Render("/")+w.look.input(&p.filter), "")
		height -= 2
	}
	var body []string
	from, to := 0, 0
	for i, it := range p.shown() {
		if i == p.at {
			from = len(body)
		}
		body = append(body, p.item(w, it, i == p.at, width)...)
		if i == p.at {
			to = len(body)
		}
	}
	if len(body) == 0 {
		body = []string{w.look.faint.Render("  no item has all of these words")}
	}
	return strings.Join(append(lines, window(w, body, from, to, height)...), "\n")
}

func (p *picker) item(w *wizard, it item, here bool, width int) []string {
	mark, title := "  ", text.Clean(it.title)
	if here {
		mark = w.look.accent.Render(w.look.cursor) + " "
		title = w.look.accent.Bold(true).Render(title)
	}
	if it.why != "" && !here {
		title = w.look.faint.Render(title)
	}
	lines := []string{mark + title}
	if it.about != "" {
		lines = append(lines, eachLine(it.about, width, w.look.faint.Render)...)
	}
	if it.why != "" {
		lines = append(lines, eachLine(it.why, width, w.look.warn.Render)...)
	}
	return lines
}

// eachLine indents and renders a text line by line.
func eachLine(text string, width int, render func(...string) string) []string {
	var lines []string
	for _, line := range wrapped(text, width-4) {
		lines = append(lines, "    "+render(line))
	}
	return lines
}

// window is the part of lines around from..to, height lines at most. It says where
// there are more.
func window(w *wizard, lines []string, from, to, height int) []string {
	if len(lines) <= height || height < 3 {
		return lines[:min(len(lines), max(height, 0))]
	}
	first := max(0, min(from-(height-(to-from))/2, len(lines)-height))
	part := append([]string{}, lines[first:first+height]...)
	if first > 0 {
		part[0] = w.look.faint.Render("  " + w.look.ellipsis + " more above")
	}
	if first+height < len(lines) {
		part[height-1] = w.look.faint.Render("  " + w.look.ellipsis + " more below")
	}
	return part
}

// padded fills a text with spaces to width cells, or cuts it.
func (l *look) padded(text string, width int) string {
	text = ansi.Truncate(text, width, l.ellipsis)
	return text + strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
}
