package fakeheroku

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The states of a dyno.
const (
	starting = "starting"
	up       = "up"
	crashed  = "crashed"
)

// dyno is a process, or a command that is run once.
type dyno struct {
	ID, Name, Type, Command, Size, State string
	release                              *release
	CreatedAt, UpdatedAt                 time.Time
	formation                            bool
	attachURL                            string
	env                                  map[string]string
	address                              string // at which a web dyno listens
	ready                                chan struct{}
	ctx                                  context.Context
	stop                                 context.CancelFunc
}

// newDyno makes a dyno that is run once if it has no name.
func (h *Heroku) newDyno(a *app, r *release, kind, command, name string) *dyno {
	l := h.live[a.ID]
	d := &dyno{
		ID: h.nextID(), Name: name, Type: kind, Command: command, Size: "Basic", State: starting, release: r,
		CreatedAt: time.Now(), UpdatedAt: time.Now(), formation: name != "", ready: make(chan struct{}),
	}
	if name == "" {
		l.runs++
		d.Name = fmt.Sprintf("%s.%d", kind, 1000+l.runs)
	}
	d.ctx, d.stop = context.WithCancel(l.ctx)
	l.dynos = append(l.dynos, d)
	return d
}

// staff starts the dynos that the formation lacks and ends those that it has too many,
// or of types that changed.
func (h *Heroku) staff(a *app, changed map[string]bool) {
	l, current := h.live[a.ID], a.current()
	if a.slugOf(current) == nil {
		return
	}
	wanted := map[string]*process{}
	for _, p := range a.Formation {
		for i := range p.Quantity {
			wanted[fmt.Sprintf("%s.%d", p.Type, i+1)] = p
		}
	}
	for _, d := range append([]*dyno{}, l.dynos...) {
		switch {
		case !d.formation:
		case wanted[d.Name] == nil, changed[d.Type]:
			h.end(d)
			l.forget(d)
		default:
			delete(wanted, d.Name)
		}
	}
	for name, p := range wanted {
		d := h.newDyno(a, current, p.Type, p.Command, name)
		d.Size = p.Size
		h.spawn(l, func() { h.keepRunning(a, l, d) })
	}
}

// restart replaces the formation's dynos of a type, or of all types. With preboot, web
// dynos go on until the new ones listen.
func (h *Heroku) restart(a *app, kind string) {
	l := h.live[a.ID]
	var old, waiting []*dyno
	for _, d := range append([]*dyno{}, l.dynos...) {
		if !d.formation || kind != "" && d.Type != kind {
			continue
		}
		l.forget(d)
		if d.Type == "web" && a.Preboot {
			waiting = append(waiting, d)
		} else {
			old = append(old, d)
		}
	}
	for _, d := range old {
		h.end(d)
	}
	h.staff(a, nil)
	if len(waiting) == 0 {
		return
	}
	fresh := append([]*dyno{}, l.dynos...)
	l.dynos = append(l.dynos, waiting...)
	h.spawn(l, func() { h.replace(l, fresh, waiting) })
}

// replace ends dynos once others listen.
func (h *Heroku) replace(l *live, fresh, old []*dyno) {
	for _, d := range fresh {
		if d.Type == "web" {
			select {
			case <-d.ready:
			case <-d.ctx.Done():
			}
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range old {
		h.end(d)
		l.forget(d)
	}
}

func (h *Heroku) end(d *dyno) { d.stop() }

// keepRunning runs a dyno of the formation. As at Heroku it is started once again after
// a crash; then it stays down.
func (h *Heroku) keepRunning(a *app, l *live, d *dyno) {
	defer func() { _ = os.RemoveAll(h.dynoFolder(a, d)) }() // what is left is in the way of nothing
	for range 2 {
		status := h.runFormation(a, l, d)
		if d.ctx.Err() != nil {
			l.logs.heroku(d.Name, "Process exited with status %d", status)
			return
		}
		l.logs.heroku(d.Name, "Process exited with status %d", status)
		h.turn(l, d, crashed)
		if status == bootTimeout {
			return
		}
	}
	<-d.ctx.Done()
}

// turn changes a dyno's state.
func (h *Heroku) turn(l *live, d *dyno, state string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if d.State != state {
		l.logs.heroku(d.Name, "State changed from %s to %s", d.State, state)
	}
	d.State, d.UpdatedAt = state, time.Now()
	if state == up {
		select {
		case <-d.ready:
		default:
			close(d.ready)
		}
	}
}

// bootTimeout is the exit status of a web dyno that was killed because it did not listen
// in time.
const bootTimeout = 137

func (h *Heroku) runFormation(a *app, l *live, d *dyno) int {
	h.turn(l, d, starting)
	h.mu.Lock()
	slow, within := h.faults.SlowBoot, h.options.BootTimeout
	if h.faults.BootTimeout > 0 {
		within = h.faults.BootTimeout
	}
	h.mu.Unlock()
	hard, kill := context.WithCancel(h.ctx)
	var watched sync.WaitGroup
	defer watched.Wait() // a boot's watcher says nothing of the next boot
	defer kill()
	var address string
	if d.Type == "web" {
		port, err := freePort()
		if err != nil {
			l.logs.heroku(d.Name, "Error: %v", err)
			return 1
		}
		address = net.JoinHostPort(dynoHost, port)
		h.mu.Lock()
		d.address = address
		h.mu.Unlock()
		if slow > 0 {
			pause(d.ctx, min(slow, within))
		}
	}
	sink := l.logs.writer("app", d.Name, nil)
	defer sink.flush()
	cmd, err := h.command(a, d)
	if err != nil {
		l.logs.heroku(d.Name, "Error: %v", err)
		return 1
	}
	cmd.Stdout, cmd.Stderr = sink, sink
	l.logs.heroku(d.Name, "Starting process with command `%s`", d.Command)
	if d.Type == "web" { // from here on: what the log says of the boot comes after the start
		watched.Go(func() { h.watchBoot(hard, l, d, address, within-slow, kill) })
	}
	return h.execute(d.ctx, hard, cmd, func() {
		if d.Type != "web" {
			h.turn(l, d, up)
		}
	})
}

// watchBoot waits until a web dyno listens at the address that Heroku's router uses, and
// kills it if that takes too long.
func (h *Heroku) watchBoot(ctx context.Context, l *live, d *dyno, address string, within time.Duration, kill func()) {
	limit, cancel := context.WithTimeout(ctx, max(within, 0))
	defer cancel()
	for limit.Err() == nil && d.ctx.Err() == nil {
		connection, err := (&net.Dialer{}).DialContext(limit, "tcp", address)
		if err == nil {
			// A dial to a port where nobody listens may be given that very port, and so
			// connect to itself.
			itself := connection.LocalAddr().String() == connection.RemoteAddr().String()
			_ = connection.Close()
			if !itself {
				h.turn(l, d, up)
				return
			}
		}
		pause(limit, 30*time.Millisecond)
	}
	if ctx.Err() != nil || d.ctx.Err() != nil {
		return
	}
	l.logs.heroku(d.Name, "Error R10 (Boot timeout) -> Web process failed to bind to $PORT within %d seconds of launch", int(h.bootLimit().Seconds()))
	l.logs.heroku(d.Name, "Stopping process with SIGKILL")
	kill()
}

func (h *Heroku) bootLimit() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.faults.BootTimeout > 0 {
		return h.faults.BootTimeout
	}
	return h.options.BootTimeout
}

// freePort is a port where nobody listens, below those that the kernel gives to
// connections: one of these could be taken before the dyno listens.
func freePort() (port string, err error) {
	for range 100 {
		port = strconv.Itoa(10000 + rand.IntN(20000)) //nolint:gosec // it is no secret
		var listener net.Listener
		listener, err = net.Listen("tcp", "0.0.0.0:"+port) //nolint:noctx // it is closed at once: dynos listen on all addresses, and so must be free there
		if err == nil {
			return port, listener.Close()
		}
	}
	return "", err
}

func (d *dyno) json(a *app) object {
	var attach any
	if d.attachURL != "" {
		attach = d.attachURL
	}
	r := object{"id": a.ID, "version": 0}
	if d.release != nil {
		r = object{"id": d.release.ID, "version": d.release.Version}
	}
	return object{
		"attach_url": attach, "command": d.Command, "created_at": stamp(d.CreatedAt), "id": d.ID, "name": d.Name, "release": r, "app": a.brief(),
		"size": d.Size, "state": d.State, "type": d.Type, "updated_at": stamp(d.UpdatedAt),
	}
}

func (h *Heroku) dyno(a *app, identity string) *dyno {
	for _, d := range h.live[a.ID].dynos {
		if d.ID == identity || d.Name == identity {
			return d
		}
	}
	return nil
}

func (h *Heroku) listDynos(k *call, a *app) {
	var all []object
	for _, d := range h.live[a.ID].dynos {
		all = append(all, d.json(a))
	}
	k.list(all)
}

func (h *Heroku) getDyno(k *call, a *app) {
	d := h.dyno(a, k.path("dyno"))
	if d == nil {
		k.notFound("dyno")
		return
	}
	k.answer(http.StatusOK, d.json(a))
}

func (h *Heroku) restartDynos(k *call, a *app) {
	h.restart(a, "")
	k.answer(http.StatusAccepted, object{})
}

func (h *Heroku) restartType(k *call, a *app) {
	h.restart(a, k.path("type"))
	k.answer(http.StatusAccepted, object{})
}

// restartDyno also takes the type of dynos, as Heroku does.
func (h *Heroku) restartDyno(k *call, a *app) {
	h.stopDyno(k, a)
}

// stopDyno ends a dyno; one of the formation is started anew.
func (h *Heroku) stopDyno(k *call, a *app) {
	name := k.path("dyno")
	d := h.dyno(a, name)
	switch {
	case d != nil:
		h.end(d)
		h.live[a.ID].forget(d)
		if d.formation {
			h.staff(a, nil)
		}
	case a.process(name) != nil && !strings.Contains(name, "."):
		h.restart(a, name)
	default:
		k.notFound("dyno")
		return
	}
	k.answer(http.StatusAccepted, object{})
}
