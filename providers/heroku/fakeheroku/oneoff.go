package fakeheroku

import (
	"net/http"
	"strings"
	"time"
)

// createDyno runs a command once: attached to a rendezvous, or with its output in the log.
func (h *Heroku) createDyno(k *call, a *app) {
	var asked struct {
		Attach  bool
		Command string
		Env     map[string]string
		NoTTY   bool `json:"force_no_tty"`
		Size    string
		Type    string
	}
	if !k.read(&asked) {
		return
	}
	size, known := sizes[1], true
	if asked.Size != "" {
		size, known = sizeByIdentity(asked.Size)
	}
	switch {
	case strings.TrimSpace(asked.Command) == "":
		k.invalid("Command is required")
		return
	case !known:
		k.invalid("No such size as %s.", asked.Size)
		return
	}
	kind := asked.Type
	if kind == "" {
		kind = "run"
	}
	l := h.live[a.ID]
	d := h.newDyno(a, a.current(), kind, asked.Command, "")
	d.Size, d.env = size.name, asked.Env
	l.logs.api("Starting process with command `%s` by user %s", asked.Command, h.options.Email)
	if asked.Attach {
		h.attach(a, l, d, !asked.NoTTY)
	} else {
		h.spawn(l, func() {
			sink := l.logs.writer("app", d.Name, nil)
			h.runOnce(a, l, d, sink)
			sink.flush()
			h.leave(l, d)
		})
	}
	k.answer(http.StatusCreated, d.json(a))
}

// leave takes a one-off dyno that has ended from the list.
func (h *Heroku) leave(l *live, d *dyno) {
	h.mu.Lock()
	defer h.mu.Unlock()
	d.stop()
	l.forget(d)
	d.UpdatedAt = time.Now()
}
