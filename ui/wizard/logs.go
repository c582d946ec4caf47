package wizard

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// logs shows everything that a run printed.
type logs struct {
	lines *lines
	top   int
	// follow is true while the end is shown as it grows.
	follow bool
	room   int
	asking bool
	search textinput.Model
	// missed is true if nothing was found.
	missed bool
}

func newLogs(l *lines) *logs {
	s := &logs{lines: l, follow: true, search: newInput()}
	s.search.Width = 50
	return s
}

func (s *logs) title() string { return "Deploy" }

func (s *logs) shown(w *wizard) tea.Cmd { return w.tick(s) }

func (s *logs) update(w *wizard, msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tick:
		if w.busy {
			return w.tick(s)
		}
	case tea.KeyMsg:
		return s.pressed(w, m)
	}
	return nil
}

func (s *logs) pressed(w *wizard, k tea.KeyMsg) tea.Cmd {
	s.missed = false
	if s.asking {
		s.ask(k)
		return nil
	}
	switch k.String() {
	case "esc", "q", "l":
		return w.back()
	case "/":
		s.asking = true
		s.search.SetValue("")
		s.search.Focus()
	case "n":
		s.find(1)
	case "N":
		s.find(-1)
	default:
		s.scroll(k.String())
	}
	return nil
}

// ask takes the words to search for.
func (s *logs) ask(k tea.KeyMsg) {
	switch k.Type {
	case tea.KeyEsc:
		s.asking = false
		s.search.SetValue("")
	case tea.KeyEnter:
		s.asking = false
		s.search.Blur()
		s.find(1)
	default:
		s.search, _ = s.search.Update(k)
	}
}

// find goes to the next line that has the search words, and starts over at the end.
func (s *logs) find(by int) {
	wanted := strings.ToLower(s.search.Value())
	all := s.lines.snapshot()
	if wanted == "" || len(all) == 0 {
		return
	}
	s.top = min(s.top, len(all)-1)
	for i := 1; i <= len(all); i++ {
		at := ((s.top+by*i)%len(all) + len(all)) % len(all)
		if strings.Contains(strings.ToLower(all[at]), wanted) {
			s.top, s.follow = at, false
			return
		}
	}
	s.missed = true
}

func (s *logs) scroll(k string) {
	last := max(0, len(s.lines.snapshot())-s.room)
	switch k {
	case "up", "k":
		s.top--
	case "down", "j":
		s.top++
	case "pgup", "b":
		s.top -= s.room
	case "pgdown", " ":
		s.top += s.room
	case "home", "g":
		s.top = 0
	case "end", "G":
		s.top = last
	default:
		return
	}
	s.top = max(0, min(s.top, last))
	s.follow = s.top == last
}

func (s *logs) view(w *wizard, width, height int) string {
	all := s.lines.snapshot()
	s.room = height - 2
	if s.follow {
		s.top = max(0, len(all)-s.room)
	}
	head := w.look.strong.Render("Log") + " " + w.look.faint.Render(fmt.Sprintf("line %d of %d", min(s.top+1, len(all)), len(all)))
	switch {
	case s.asking:
		head = w.look.accent.Render("/") + w.look.input(&s.search)
	case s.missed:
		head = w.look.warn.Render("no line has " + s.search.Value())
	}
	var body []string
	for _, line := range all[min(s.top, len(all)):min(len(all), s.top+s.room)] {
		body = append(body, s.marked(w, ansi.Truncate(line, width, w.look.ellipsis)))
	}
	return head + "\n\n" + strings.Join(body, "\n")
}

// marked highlights the search words in a line.
func (s *logs) marked(w *wizard, line string) string {
	wanted := s.search.Value()
	if wanted == "" {
		return line
	}
	at := strings.Index(strings.ToLower(line), strings.ToLower(wanted))
	if at < 0 || at+len(wanted) > len(line) {
		return line
	}
	return line[:at] + w.look.warn.Bold(true).Render(line[at:at+len(wanted)]) + line[at+len(wanted):]
}

func (s *logs) keys(*wizard) []key {
	if s.asking {
		return []key{{"Enter", "search"}, {"Esc", "don't"}}
	}
	return []key{{"up/down", "scroll"}, {"/", "search"}, {"n/N", "next, previous"}, {"g/G", "start, end"}, {"Esc", "back"}}
}

func (s *logs) typing() bool { return s.asking }
