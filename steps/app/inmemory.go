package app

import (
	"fmt"
	"slices"
	"strings"
)

// The kinds of [InMemory].
const (
	// MemorySocketIO is Socket.IO: a client's first requests must reach one process.
	MemorySocketIO = "Socket.IO"
	// MemoryWebsockets are websockets whose messages reach the clients of one process only.
	MemoryWebsockets = "websockets"
	// MemoryChannels is the channel layer of Django's Channels that is in memory.
	MemoryChannels = "InMemoryChannelLayer"
	// MemorySchedule is a scheduler in the process that serves the web.
	MemorySchedule = "a scheduler"
)

// InMemory is a part of the app that lives in the memory of one process.
type InMemory struct {
	// Kind is one of the kinds above, Source where it is, for people: "app.py line 2".
	Kind, Source string
}

// schedulers are libraries that run the app's jobs in the process that loads them, by the
// first part of the import.
var schedulers = []string{"apscheduler", "flask_apscheduler", "django_apscheduler", "rocketry", "aiocron", "schedule"}

// inMemory finds what several instances of the app would not share.
func (d *detection) inMemory() error {
	note := func(kind, where string) { d.found.InMemory = append(d.found.InMemory, InMemory{kind, where}) }
	if kind, where := d.sockets(); kind != "" {
		note(kind, where)
	}
	if where := d.channelLayer(); where != "" {
		note(MemoryChannels, where)
	}
	if where := d.schedules(); where != "" {
		note(MemorySchedule, where)
	}
	return nil
}

// channelLayer is where the settings name the layer that is in memory; "" if none does.
func (d *detection) channelLayer() string {
	if d.served == nil {
		return ""
	}
	for _, m := range d.served.settings {
		for _, l := range m.parsed().lines {
			for i, t := range l.tokens {
				if t.kind == tokenString && strings.HasSuffix(t.text, "."+MemoryChannels) {
					return l.at(i)
				}
			}
		}
	}
	return ""
}

// schedules is the import of a scheduler that runs where the web is served; "" if there is
// none. One that only blocks its process, or that another process starts, is none.
func (d *detection) schedules() string {
	for _, m := range sorted(d.loaded()) {
		if strings.Contains(m.path, "/commands/") || d.startedBeside(m) {
			continue
		}
		for _, imp := range m.imports {
			top, _, _ := strings.Cut(imp.module, ".")
			known := slices.Contains(schedulers, top) || imp.name == "repeat_every"
			blocks := imp.name == "BlockingScheduler" || strings.HasSuffix(imp.module, "schedulers.blocking")
			if known && !blocks && d.isForeign(m, imp) {
				return fmt.Sprintf("%s line %d", m.path, imp.line)
			}
		}
	}
	return ""
}

// startedBeside tells whether a process beside the web app starts a module.
func (d *detection) startedBeside(m *module) bool {
	name := strings.ReplaceAll(strings.TrimSuffix(m.path, ".py"), "/", ".")
	for _, command := range d.found.Processes {
		for word := range strings.FieldsSeq(command) {
			if word == m.path || word == "./"+m.path || word == name {
				return true
			}
		}
	}
	return false
}
