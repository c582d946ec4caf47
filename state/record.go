package state

import (
	"maps"
	"slices"
	"time"
)

// Record is what is known of one deployment. It holds no secret.
type Record struct {
	// Name is the deployment's name.
	Name string `json:"name"`
	// Tag marks everything that was made for the deployment. It is unique.
	Tag string `json:"tag"`
	// Created is when the deployment was first asked for.
	Created time.Time `json:"created"`
	// Settings are the values that the last run used, by flag name; the next
	// run takes them where nothing else is said.
	Settings map[string]string `json:"settings,omitempty"`
	// Server is where the server answers; zero until it did.
	Server Server `json:"server,omitzero"`
	// Intents are the effects that were about to be asked for, by kind, and
	// whose outcome was not seen yet.
	Intents map[string]Intent `json:"intents,omitempty"`
	// Known are the providers' identifiers of what was seen, by kind: hints for
	// look-ups that lag behind.
	Known map[string]string `json:"known,omitempty"`
	// Release is the release that answered at the end of the last whole run.
	Release string `json:"release,omitempty"`
	// URL is where it answered.
	URL string `json:"url,omitempty"`
	// Finished is when the last whole run ended; zero if none did.
	Finished time.Time `json:"finished,omitzero"`
	// Seconds is how long each step took when it last had something to do.
	Seconds map[string]float64 `json:"seconds,omitempty"`
}

// Server is where a server answers and how it proves who it is.
type Server struct {
	Address string `json:"address,omitempty"`
	Port    int    `json:"port,omitempty"`
	// User is the login that last worked.
	User string `json:"user,omitempty"`
	// HostKeys are the pinned public host keys, in authorized_keys form.
	// More than one is there only while a key is being rotated.
	HostKeys []string `json:"host_keys,omitempty"`
}

// Intent is an effect that was about to be asked for.
type Intent struct {
	// Asked is when it was first about to be asked for.
	Asked time.Time `json:"asked"`
}

// Intend notes that kind is about to be asked for. The caller saves the record
// before it asks.
func (r *Record) Intend(kind string, now time.Time) {
	if _, ok := r.Intents[kind]; ok {
		return
	}
	if r.Intents == nil {
		r.Intents = map[string]Intent{}
	}
	r.Intents[kind] = Intent{Asked: now.UTC().Truncate(time.Second)}
}

// Settled notes that the outcome of an intent was seen.
func (r *Record) Settled(kind string) { delete(r.Intents, kind) }

// Knows notes what kind is known by; an empty id is forgotten.
func (r *Record) Knows(kind, id string) {
	if id == "" {
		delete(r.Known, kind)
		return
	}
	if r.Known == nil {
		r.Known = map[string]string{}
	}
	r.Known[kind] = id
}

// Asked is when kind was about to be asked for; zero if it was not, or if the
// outcome was seen.
func (r Record) Asked(kind string) time.Time { return r.Intents[kind].Asked }

// Unfinished tells whether a run was begun that did not end well.
func (r Record) Unfinished() bool { return r.Finished.IsZero() || len(r.Intents) > 0 }

// clone copies the record deeply enough that saving one never shows in another.
func (r Record) clone() Record {
	r.Settings = maps.Clone(r.Settings)
	r.Intents = maps.Clone(r.Intents)
	r.Seconds = maps.Clone(r.Seconds)
	r.Known = maps.Clone(r.Known)
	r.Server.HostKeys = slices.Clone(r.Server.HostKeys)
	return r
}
