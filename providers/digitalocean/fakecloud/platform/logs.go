package platform

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/digitalocean/godo"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"slipway/providers/digitalocean/fakecloud"
)

// keptLines is how many lines of a component's log are kept.
const keptLines = 2000

// book keeps the last lines that an app's components printed.
type book struct {
	mu      sync.Mutex
	entries []entry
	of      map[string]int // how many of them each component has
	next    int            // the number of the next entry
	change  chan struct{}
}

// entry is a line with where it belongs. restarted tells that its container ended since.
type entry struct {
	fakecloud.AppLogLine
	number           int
	kind, deployment string
	restarted        bool
}

func newBook() *book { return &book{of: map[string]int{}, change: make(chan struct{})} }

func (b *book) add(e entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e.number = b.next
	b.entries = append(b.entries, e)
	b.next++
	if b.of[e.Component]++; b.of[e.Component] > keptLines+keptLines/4 {
		left := b.of[e.Component] - keptLines
		b.of[e.Component] = keptLines
		b.entries = slices.DeleteFunc(b.entries, func(o entry) bool {
			if o.Component != e.Component || left == 0 {
				return false
			}
			left--
			return true
		})
	}
	close(b.change)
	b.change = make(chan struct{})
}

// restarted marks the lines of an instance: its container begins anew.
func (b *book) restarted(instance string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.entries {
		if b.entries[i].Instance == instance {
			b.entries[i].restarted = true
		}
	}
}

// since are the lines from number n on that are wanted, the number after them, and what is
// closed when there are more.
func (b *book) since(n int, q fakecloud.AppLogQuery) (found []fakecloud.AppLogLine, next int, change <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.entries {
		if e.number >= n && e.wanted(q) {
			found = append(found, e.AppLogLine)
		}
	}
	return found, b.next, b.change
}

// wanted tells whether a line is one of a query's: what the platform itself tells is of the
// kinds BUILD and DEPLOY, what jobs print of DEPLOY and RUN, all else of RUN.
func (e entry) wanted(q fakecloud.AppLogQuery) bool {
	if q.Component != "" && q.Component != e.Component || q.DeploymentID != "" && q.DeploymentID != e.deployment {
		return false
	}
	switch q.Type {
	case godo.AppLogTypeBuild, godo.AppLogTypeDeploy:
		return e.kind == string(q.Type) || e.kind == job && q.Type == godo.AppLogTypeDeploy
	case godo.AppLogTypeRunRestarted:
		return e.restarted
	}
	return e.kind == service || e.kind == worker || e.kind == job
}

// tell adds a line of the platform's own.
func (b *book) tell(c component, kind godo.AppLogType, text string) {
	b.add(entry{AppLogLine: fakecloud.AppLogLine{Component: c.name, Time: time.Now(), Text: text}, kind: string(kind), deployment: c.deployment})
}

// Logs calls line for the lines of an app's log.
func (p *Platform) Logs(ctx context.Context, q fakecloud.AppLogQuery, line func(fakecloud.AppLogLine) error) error {
	a := p.known(q.AppID)
	if a == nil {
		return nil
	}
	found, next, change := a.book.since(0, q)
	if q.Tail > 0 {
		found = found[max(0, len(found)-q.Tail):]
	}
	for ; ; found, next, change = a.book.since(next, q) {
		for _, l := range found {
			if err := line(l); err != nil {
				return err
			}
		}
		if !q.Follow {
			return nil
		}
		select {
		case <-change:
		case <-ctx.Done():
			return nil
		case <-p.ctx.Done():
			return nil
		}
	}
}

// follow takes down what an instance's container prints from a time on, until it ends.
func (p *Platform) follow(ctx context.Context, a *app, i *instance, from time.Time) {
	stream, err := p.o.Client.ContainerLogs(ctx, i.container, client.ContainerLogsOptions{
		ShowStdout: true, ShowStderr: true, Follow: true, Timestamps: true, Since: from.Format(time.RFC3339Nano),
	})
	if err != nil {
		return // the container is gone
	}
	defer stream.Close()
	out, errors := &lines{a: a, i: i}, &lines{a: a, i: i}
	_, _ = stdcopy.StdCopy(out, errors, stream) // it ends with the container
	out.flush()
	errors.flush()
}

// lines puts a stream of lines with their times into an app's log.
type lines struct {
	a    *app
	i    *instance
	rest []byte
}

// Write takes any part of the text.
func (l *lines) Write(part []byte) (int, error) {
	l.rest = append(l.rest, part...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte("\n"))
		if !whole {
			return len(part), nil
		}
		l.add(string(line))
		l.rest = rest
	}
}

func (l *lines) flush() {
	if len(l.rest) > 0 {
		l.add(string(l.rest))
		l.rest = nil
	}
}

func (l *lines) add(line string) {
	stamp, text, _ := strings.Cut(line, " ")
	at, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil {
		at, text = time.Now(), line
	}
	c := l.i.component
	l.a.book.add(entry{
		AppLogLine: fakecloud.AppLogLine{Component: c.name, Instance: l.i.name, Time: at, Text: strings.TrimSuffix(text, "\r")},
		kind:       c.kind, deployment: c.deployment,
	})
}

var _ io.Writer = (*lines)(nil)
