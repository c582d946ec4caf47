package docker

import (
	"context"
	"io"
	"time"

	"github.com/moby/moby/client"
)

// followed is a line of a log that goes on, or the end of one container's.
type followed struct {
	entry entry
	ended printer // set if there is nothing more of it
	err   error
}

// follow writes what containers print from now on, also those that start later, as it
// comes, until ctx ends.
func (l *logbook) follow(ctx context.Context, printers []printer, started client.EventsResult, w io.Writer) error {
	lines := make(chan followed)
	// again is set for a container that started anew before the end of its log was read.
	again := map[string]bool{}
	reads := map[string]bool{}
	begin := func(p printer) {
		if reads[p.id] {
			again[p.id] = true
			return
		}
		reads[p.id] = true
		go l.pass(ctx, p, l.until[p.id], lines)
	}
	for _, p := range printers {
		begin(p)
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-started.Err:
			return l.failed("wait for containers that start", err)
		case event := <-started.Messages:
			if p, ok := told(event.Actor.ID, event.Actor.Attributes); ok {
				begin(p)
			}
		case line := <-lines:
			if line.err != nil {
				return line.err
			}
			if p := line.ended; p.id != "" {
				reads[p.id] = false
				if again[p.id] {
					again[p.id] = false
					begin(p)
				}
				continue
			}
			l.until[line.entry.container] = line.entry.at
			if err := line.entry.write(w); err != nil {
				return err
			}
		}
	}
}

// pass sends a container's lines after a time until it stops or ctx ends.
func (l *logbook) pass(ctx context.Context, p printer, after time.Time, lines chan<- followed) {
	options := client.ContainerLogsOptions{Follow: true}
	if !after.IsZero() {
		options.Since = after.Add(1).Format(time.RFC3339Nano) // the engine sends those of that time too
	}
	send := func(f followed) bool {
		select {
		case lines <- f:
			return true
		case <-ctx.Done():
			return false
		}
	}
	for e, err := range l.read(ctx, p, options) {
		if !send(followed{entry: e, err: err}) || err != nil {
			return
		}
	}
	send(followed{ended: p})
}
