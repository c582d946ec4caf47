package wizard

import (
	"slices"
	"strings"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// mostLines is how much of a log is kept.
const mostLines = 20000

// lines is a log that work writes and screens read.
type lines struct {
	mu  sync.Mutex
	all []string
}

func newLines() *lines { return &lines{} }

// add keeps a line, without what would move a terminal's cursor.
func (l *lines) add(line string) {
	line = clean(line)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, line)
	if len(l.all) > mostLines {
		l.all = append([]string{}, l.all[len(l.all)-mostLines*3/4:]...)
	}
}

// clean takes out of a foreign line what is not text.
func clean(line string) string {
	line = ansi.Strip(strings.ToValidUTF8(line, "?"))
	if i := strings.LastIndexByte(strings.TrimRight(line, "\r"), '\r'); i >= 0 {
		line = line[i+1:] // what a progress bar wrote last
	}
	line = strings.ReplaceAll(line, "\t", "    ")
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, line)
}

func (l *lines) snapshot() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clip(l.all)
}

func (l *lines) last(n int) []string {
	all := l.snapshot()
	return all[max(0, len(all)-n):]
}

// tick has a screen drawn again while something runs.
type tick struct{}

// How often a screen with something that runs is drawn again.
const (
	movingEvery = 125 * time.Millisecond
	stillEvery  = time.Second
)

func (w *wizard) tick(to screen) tea.Cmd {
	every := movingEvery
	if w.look.still {
		every = stillEvery
	}
	return tea.Tick(every, func(time.Time) tea.Msg { return delivered{to, tick{}} })
}
