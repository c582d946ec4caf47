package fakeheroku

import (
	"context"
	"io"
	"net/http"
	"slipway/providers/simulation"
	"sync"
	"time"
)

// stream is what a build or a release phase prints. Readers get all of it from the
// beginning, and what follows, until it is closed.
type stream struct {
	mu     sync.Mutex
	text   []byte
	ended  bool
	change chan struct{} // closed when there is more
}

func newStream() *stream { return &stream{change: make(chan struct{})} }

// Write adds text.
func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, p...)
	s.changed()
	return len(p), nil
}

func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.changed()
}

func (s *stream) changed() {
	close(s.change)
	s.change = make(chan struct{})
}

func (s *stream) since(n int) (text []byte, ended bool, change <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text[n:len(s.text):len(s.text)], s.ended, s.change
}

// heartbeat is how often a null character is sent while nothing is printed, as Heroku does.
const heartbeat = time.Second

// copyTo writes all that is printed until the end of the stream or of ctx. With cut it
// stops after the first part.
func (s *stream) copyTo(ctx context.Context, w io.Writer, flush func(), cut bool) {
	if _, err := w.Write([]byte{0}); err != nil {
		return
	}
	flush()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for sent := 0; ; {
		text, ended, change := s.since(sent)
		if len(text) > 0 {
			if _, err := w.Write(text); err != nil {
				return
			}
			sent += len(text)
			flush()
			if cut {
				return
			}
			continue
		}
		if ended {
			return
		}
		select {
		case <-change:
		case <-beat.C:
			if _, err := w.Write([]byte{0}); err != nil {
				return
			}
			flush()
		case <-ctx.Done():
			return
		}
	}
}

func (h *Heroku) openStream(id string) *stream {
	s := newStream()
	h.streams[id] = s
	return s
}

// readOutput streams a build's output or a release phase's. The latter is not found until
// the release command has started.
func (h *Heroku) readOutput(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	s, cut := h.streams[r.PathValue("id")], h.faults.CutOutput
	h.mu.Unlock()
	if s == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	s.copyTo(h.until(r), w, flusher(w), cut)
	if cut {
		simulation.Drop()
	}
}

// until ends with the request and with the simulation.
func (h *Heroku) until(r *http.Request) context.Context {
	ctx, cancel := context.WithCancel(r.Context())
	context.AfterFunc(h.ctx, cancel)
	return ctx
}

func flusher(w http.ResponseWriter) func() {
	f, ok := w.(http.Flusher)
	if !ok {
		return func() {}
	}
	return f.Flush
}

// pause waits, or returns when ctx ends.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
