package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"

	"slipway/providers"
)

// entry is one line of a container's log.
type entry struct {
	at        time.Time
	container string // its id
	process   string // what people call the process: "web"
	text      string
}

// printer is a container whose log is read.
type printer struct{ id, process string }

// told are the containers whose logs are the app's: not the front's, which is
// slipway's, nor a database's, nor those of commands that print to their caller.
func told(id string, labels map[string]string) (printer, bool) {
	switch as := role(labels[labelRole]); as {
	case roleWeb:
		return printer{id, string(as)}, true
	case roleProcess:
		return printer{id, labels[labelProcess]}, true
	default:
		return printer{}, false
	}
}

// logbook reads the logs of a deployment's containers.
type logbook struct {
	deployment
	// until is the time of the last line that was read of a container.
	until map[string]time.Time
}

// Logs writes what the app and its processes printed, in the order of time, and with
// Follow what they print from then on, also of releases that start later. What a container
// printed goes with it, when its release is replaced.
func (p *Provider) Logs(ctx context.Context, spec providers.Spec, wanted providers.LogQuery, w io.Writer) error {
	d, err := p.open(spec)
	if err != nil {
		return err
	}
	return d.readLogs(ctx, wanted, w)
}

func (d deployment) readLogs(ctx context.Context, wanted providers.LogQuery, w io.Writer) error {
	l := &logbook{d, map[string]time.Time{}}
	var started client.EventsResult
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if wanted.Follow {
		// Before the list, so that no container is missed between the two.
		started = d.api.Events(ctx, client.EventsListOptions{Filters: ours(d.spec).
			Add("type", string(events.ContainerEventType)).Add("event", string(events.ActionStart))})
	}
	all, err := d.containers(ctx, "")
	if err != nil {
		return err
	}
	var printers []printer
	served := false
	for _, c := range all {
		if p, ok := told(c.ID, c.Labels); ok {
			printers = append(printers, p)
		}
		served = served || role(c.Labels[labelRole]) == roleWeb
	}
	if !served {
		return providers.ErrNoApp
	}
	if err := l.history(ctx, printers, wanted, w); err != nil || !wanted.Follow {
		return err
	}
	return l.follow(ctx, printers, started, w)
}

// history writes what was printed so far, in the order of time.
func (l *logbook) history(ctx context.Context, printers []printer, wanted providers.LogQuery, w io.Writer) error {
	// The engine counts the pieces of a long line, so the first one may lack its beginning.
	options := client.ContainerLogsOptions{Tail: strconv.Itoa(wanted.Lines)}
	if !wanted.Since.IsZero() {
		options = client.ContainerLogsOptions{Since: wanted.Since.Format(time.RFC3339Nano)}
	}
	var logs []iter.Seq2[entry, error]
	for _, p := range printers {
		logs = append(logs, l.read(ctx, p, options))
	}
	var last []entry
	for e, err := range merged(logs) {
		if err != nil {
			return err
		}
		l.until[e.container] = e.at
		if !wanted.Since.IsZero() {
			if err := e.write(w); err != nil {
				return err
			}
			continue
		}
		last = append(last, e)
		last = last[max(0, len(last)-wanted.Lines):]
	}
	for _, e := range last {
		if err := e.write(w); err != nil {
			return err
		}
	}
	return nil
}

func (e entry) write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s %s: %s\n", e.at.Local().Format(time.RFC3339), e.process, e.text)
	return err
}

// merged are the entries of several logs, each of which is in the order of time, in that
// order.
func merged(logs []iter.Seq2[entry, error]) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		type head struct {
			entry entry
			next  func() (entry, error, bool)
		}
		var heads []*head
		for _, log := range logs {
			next, stop := iter.Pull2(log)
			defer stop()
			heads = append(heads, &head{next: next})
		}
		advance := func(h *head) (ok bool, err error) {
			h.entry, err, ok = h.next()
			return ok, err
		}
		remaining := heads[:0]
		for _, h := range heads {
			ok, err := advance(h)
			if err != nil {
				yield(entry{}, err)
				return
			}
			if ok {
				remaining = append(remaining, h)
			}
		}
		for len(remaining) > 0 {
			first := slices.MinFunc(remaining, func(a, b *head) int { return a.entry.at.Compare(b.entry.at) })
			if !yield(first.entry, nil) {
				return
			}
			ok, err := advance(first)
			if err != nil {
				yield(entry{}, err)
				return
			}
			if !ok {
				remaining = slices.DeleteFunc(remaining, func(h *head) bool { return h == first })
			}
		}
	}
}

// read are the lines of a container's log. One that is gone has none.
func (l *logbook) read(ctx context.Context, p printer, o client.ContainerLogsOptions) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		o.ShowStdout, o.ShowStderr, o.Timestamps = true, true, true
		stream, err := l.api.ContainerLogs(ctx, p.id, o)
		if err != nil {
			if !isGone(err) {
				yield(entry{}, l.failed("read the log of "+p.process, err))
			}
			return
		}
		defer stream.Close()
		emit := func(at time.Time, text string) bool { return yield(entry{at, p.id, p.process, text}, nil) }
		_, err = stdcopy.StdCopy(&messages{emit: emit}, &messages{emit: emit}, stream)
		if err != nil && !errors.Is(err, errUnwanted) && !isGone(err) {
			yield(entry{}, l.failed("read the log of "+p.process, err))
		}
	}
}

// errUnwanted ends the reading of a log that nobody wants any more.
var errUnwanted = errors.New("no more is wanted")

// messages puts the messages of an engine's log together to lines. An engine cuts a long
// line into several messages, each with the time in front, and ends only the last one.
type messages struct {
	emit  func(at time.Time, text string) bool
	at    time.Time
	begun []byte
	open  bool
}

// longestEntry is how many bytes of a line of a log are kept.
const longestEntry = 1 << 20

func (m *messages) Write(message []byte) (int, error) {
	stamp, text, _ := bytes.Cut(message, []byte(" "))
	at, err := time.Parse(time.RFC3339Nano, string(stamp))
	if err != nil {
		return 0, fmt.Errorf("the engine's log has no time in front of a line: %w", err)
	}
	if !m.open {
		m.at, m.begun, m.open = at, m.begun[:0], true
	}
	text, ended := bytes.CutSuffix(text, []byte("\n"))
	if room := longestEntry - len(m.begun); room > 0 {
		m.begun = append(m.begun, text[:min(room, len(text))]...)
	}
	if !ended {
		return len(message), nil
	}
	m.open = false
	if !m.emit(m.at, strings.TrimSuffix(string(m.begun), "\r")) {
		return 0, errUnwanted
	}
	return len(message), nil
}
