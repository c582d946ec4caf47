package fakeheroku

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slipway/providers/simulation"
	"strings"
	"sync"
	"time"
)

// logBook keeps the last lines of an app's log, as logplex does.
type logBook struct {
	mu      sync.Mutex
	entries []entry
	next    int // the number of the next entry
	change  chan struct{}
}

type entry struct {
	at                   time.Time
	source, origin, text string
}

const keptLines = 1500

func newLogBook() *logBook { return &logBook{change: make(chan struct{})} }

func (b *logBook) add(source, origin, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries = append(b.entries, entry{time.Now(), source, origin, text})
	b.next++
	if len(b.entries) > keptLines {
		b.entries = b.entries[len(b.entries)-keptLines:]
	}
	close(b.change)
	b.change = make(chan struct{})
}

// api is what Heroku's API tells of itself, heroku what the dyno's supervisor tells.
func (b *logBook) api(format string, args ...any) { b.add("app", "api", fmt.Sprintf(format, args...)) }

func (b *logBook) heroku(origin, format string, args ...any) {
	b.add("heroku", origin, fmt.Sprintf(format, args...))
}

// since returns the entries that are wanted from number n on, and the number after them.
func (b *logBook) since(n int, q logQuery) (found []entry, next int, change <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := b.next - len(b.entries)
	for _, e := range b.entries[min(max(n-first, 0), len(b.entries)):] {
		if q.wants(e) {
			found = append(found, e)
		}
	}
	return found, b.next, b.change
}

func (e entry) String() string {
	return fmt.Sprintf("%s %s[%s]: %s\n", e.at.UTC().Format("2006-01-02T15:04:05.000000-07:00"), e.source, e.origin, e.text)
}

// logQuery is what a log session was asked for.
type logQuery struct {
	Dyno   string `json:"dyno_name"`
	Type   string
	Lines  *int
	Source string
	Tail   bool
	app    string
}

func (q logQuery) wants(e entry) bool {
	kind, _, _ := strings.Cut(e.origin, ".")
	return (q.Source == "" || q.Source == e.source) && (q.Dyno == "" || q.Dyno == e.origin || q.Dyno == kind) && (q.Type == "" || q.Type == kind)
}

func (h *Heroku) createLogSession(k *call, a *app) {
	q := logQuery{app: a.ID}
	if !k.read(&q) {
		return
	}
	id, now := h.nextID(), stamp(time.Now())
	h.logPaths[id] = q
	k.answer(http.StatusCreated, object{"created_at": now, "id": id, "logplex_url": k.address("logs/" + id), "updated_at": now})
}

// readLog writes the last lines, and with tail those that follow.
func (h *Heroku) readLog(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	q, known := h.logPaths[r.PathValue("id")]
	l, cut := h.live[q.app], h.faults.CutLogs
	h.mu.Unlock()
	if !known || l == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/logplex-1")
	flush := flusher(w)
	lines := 100
	if q.Lines != nil {
		lines = min(*q.Lines, keptLines)
	}
	found, next, change := l.logs.since(0, q)
	found = found[max(len(found)-lines, 0):]
	for ctx := h.until(r); ; found, next, change = l.logs.since(next, q) {
		for _, e := range found {
			if _, err := io.WriteString(w, e.String()); err != nil {
				return
			}
		}
		flush()
		if !q.Tail {
			return
		}
		if cut {
			simulation.Drop()
		}
		select {
		case <-change:
		case <-ctx.Done():
			return
		case <-l.ctx.Done():
			return
		}
	}
}

// lineWriter puts what a dyno prints into the log, line by line, and also into a stream
// if there is one.
type lineWriter struct {
	book           *logBook
	source, origin string
	also           io.Writer
	mu             sync.Mutex
	rest           []byte
}

func (b *logBook) writer(source, origin string, also io.Writer) *lineWriter {
	return &lineWriter{book: b, source: source, origin: origin, also: also}
}

// Write takes any part of the text.
func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.also != nil {
		_, _ = w.also.Write(p) // a stream takes all
	}
	w.rest = append(w.rest, p...)
	for {
		line, rest, whole := bytes.Cut(w.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		w.book.add(w.source, w.origin, strings.TrimSuffix(string(line), "\r"))
		w.rest = rest
	}
}

func (w *lineWriter) line(text string) { _, _ = io.WriteString(w, text+"\n") }

// flush takes what has no line break as a line.
func (w *lineWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rest) > 0 {
		w.book.add(w.source, w.origin, string(w.rest))
		w.rest = nil
	}
}
