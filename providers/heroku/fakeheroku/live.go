package fakeheroku

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"
)

// live is what runs of an app. Heroku.mu guards dynos and runs.
type live struct {
	ctx    context.Context
	stop   context.CancelFunc
	logs   *logBook
	phase  sync.Mutex // one release phase at a time
	dynos  []*dyno
	runs   int // how many one-off dynos there were
	work   sync.WaitGroup
	server *http.Server
}

func (h *Heroku) folder(parts ...string) string {
	return filepath.Join(append([]string{h.options.Dir}, parts...)...)
}

// revive makes the app answer at its address, and starts its dynos if it has a release.
func (h *Heroku) revive(a *app) error {
	listener, err := (&net.ListenConfig{}).Listen(h.ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", a.Port))
	if err != nil {
		return fmt.Errorf("the simulated app %s has no address: %w", a.Name, err)
	}
	a.Port = listener.Addr().(*net.TCPAddr).Port
	l := &live{logs: newLogBook()}
	l.ctx, l.stop = context.WithCancel(h.ctx)
	l.server = &http.Server{Handler: &router{h: h, app: a, live: l}, ReadHeaderTimeout: 10 * time.Second}
	h.live[a.ID] = l
	h.spawn(l, func() {
		_ = l.server.Serve(listener) // it ends with Close, which is no error
	})
	h.spawn(l, func() {
		<-l.ctx.Done()
		_ = l.server.Close()
	})
	if a.Current != "" {
		h.restart(a, "")
	}
	return nil
}

// spawn runs what belongs to an app: Close waits for it, and so does the app's removal.
func (h *Heroku) spawn(l *live, do func()) {
	l.work.Add(1)
	h.work.Go(func() {
		defer l.work.Done()
		do()
	})
}

func (l *live) forget(d *dyno) {
	for i, other := range l.dynos {
		if other == d {
			l.dynos = append(l.dynos[:i:i], l.dynos[i+1:]...)
			return
		}
	}
}
