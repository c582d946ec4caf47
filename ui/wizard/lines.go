package wizard

import (
	"slices"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/ui/text"
)

// mostLines is how much of a log is kept.
const mostLines = 20000

// longestLogged is how much of a line is kept, in bytes: no screen is that wide.
const longestLogged = 4096

// lines is a log. A run writes it while screens read it.
type lines struct {
	mu  sync.Mutex
	all []string
}

func newLines() *lines { return &lines{} }

// add appends a line, without control characters.
func (l *lines) add(line string) {
	line = text.Clean(line[:min(len(line), longestLogged)])
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, line)
	if len(l.all) > mostLines {
		l.all = append([]string{}, l.all[len(l.all)-mostLines*3/4:]...)
	}
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
