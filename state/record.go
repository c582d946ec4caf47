package state

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Record is what is known of one deployment. It holds no secret.
type Record struct {
	// Name is the deployment's name.
	Name string `json:"name"`
	// OnServer is what its server calls the deployment, if that is not Name.
	OnServer string `json:"on_server,omitempty"`
	// Tag marks everything that was made for the deployment. No two deployments, on
	// any computer, share one.
	Tag string `json:"tag"`
	// Created is when the deployment was first asked for.
	Created time.Time `json:"created"`
	// Settings are the values that the last run used, by flag name. The next run
	// uses them for settings that are given nowhere else.
	Settings map[string]string `json:"settings,omitempty"`
	// Server is where the server answers; zero until it has answered.
	Server Server `json:"server,omitzero"`
	// Intents are the resources that were about to be asked for, by kind, and of
	// which it is not known yet whether they were made.
	Intents map[string]Intent `json:"intents,omitempty"`
	// Known are the provider's identifiers of resources that were seen, by kind:
	// hints for look-ups that lag behind.
	Known map[string]string `json:"known,omitempty"`
	// Release is the release that answered at the end of the last complete run.
	Release string `json:"release,omitempty"`
	// NoData is true if the app was known to keep no data, in each of its releases.
	NoData bool `json:"no_data,omitempty"`
	// URL is where that release answered.
	URL string `json:"url,omitempty"`
	// Finished is when the last complete run ended; zero if none has.
	Finished time.Time `json:"finished,omitzero"`
	// Costs are what the deployment has cost in US dollars a month since the last run, by
	// kind of what was made; nil if that is not known. Shared are what the whole account
	// pays once for, such as a registry, and this deployment uses.
	Costs  map[string]float64 `json:"costs,omitzero"`
	Shared map[string]float64 `json:"shared,omitempty"`
	// Moving is set while the app moves to another place, and for good for the place that it left.
	Moving *Moving `json:"moving,omitempty"`
	// Seconds is how long each step took when it last changed something, by the
	// step's name.
	Seconds map[string]float64 `json:"seconds,omitempty"`
}

// Moving is what a deployment and the place to which it moves know of the move. They
// exchange their names once the new place takes over; then Of is the new one's name.
type Moving struct {
	// Of is the name under which people know the app.
	Of string `json:"of"`
	// New is true for the place to which it moves.
	New bool `json:"new,omitempty"`
	// Back is true if that is one which the app has left before.
	Back bool `json:"back,omitempty"`
	// Phase is how far the move has come.
	Phase MovePhase `json:"phase,omitempty"`
	// Domain are the app's domains, which lead to the new place in the end.
	Domain string `json:"domain,omitempty"`
	// Seconds is how long the data took when it was copied last, 0 if it was not.
	Seconds float64 `json:"seconds,omitempty"`
}

// MovePhase is how far a move has come.
type MovePhase string

// The phases of a move, in order.
const (
	// MoveMaking: the new place is made beside the old one.
	MoveMaking MovePhase = "making"
	// MoveTried: it works with a copy of the data.
	MoveTried MovePhase = "tried"
	// MoveStopping: the old one writes no more, or is about to.
	MoveStopping MovePhase = "stopping"
	// MoveCopied: the new one has all of the data.
	MoveCopied MovePhase = "copied"
)

// Serves tells whether it is the one that people reach by the app's name. A nil Moving does.
func (m *Moving) Serves(name string) bool { return m == nil || m.Of == name }

// Server is where a server answers and the host keys that prove its identity.
type Server struct {
	Address string `json:"address,omitempty"`
	Port    int    `json:"port,omitempty"`
	// User is the user that slipway logs in as: the last login worked for it.
	User string `json:"user,omitempty"`
	// HostKeys are the pinned public host keys, in authorized_keys form.
	// More than one is there only while a key is being rotated.
	HostKeys []string `json:"host_keys,omitempty"`
}

// Intent is a resource that was about to be asked for.
type Intent struct {
	// Asked is when that was recorded first, just before the request.
	Asked time.Time `json:"asked"`
}

// Intend notes that a resource of this kind is about to be asked for. The caller
// saves the record before it sends the request.
func (r *Record) Intend(kind string, now time.Time) {
	if _, ok := r.Intents[kind]; ok {
		return
	}
	if r.Intents == nil {
		r.Intents = map[string]Intent{}
	}
	r.Intents[kind] = Intent{Asked: now.UTC().Truncate(time.Second)}
}

// Expect notes what a resource of this kind costs in US dollars a month from now on. The
// caller saves the record before it sends the request.
func (r *Record) Expect(kind string, monthly float64) {
	if monthly <= 0 {
		return
	}
	if r.Costs == nil {
		r.Costs = map[string]float64{}
	}
	r.Costs[kind] = monthly
}

// Answered removes an intent: it is known now whether the resource was made.
func (r *Record) Answered(kind string) { delete(r.Intents, kind) }

// Knows notes the provider's identifier of a resource; an empty id removes it.
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

// IntendedAt is when a resource of this kind was about to be asked for; zero if there is
// no such intent.
func (r Record) IntendedAt(kind string) time.Time { return r.Intents[kind].Asked }

// Asked are the times of all open intents, by kind.
func (r Record) Asked() map[string]time.Time {
	asked := map[string]time.Time{}
	for kind, intent := range r.Intents {
		asked[kind] = intent.Asked
	}
	return asked
}

// Unfinished tells whether the deployment has never been completed, or has an open
// intent.
func (r Record) Unfinished() bool { return r.Finished.IsZero() || len(r.Intents) > 0 }

// ServerName is what the deployment's server calls it.
func (r Record) ServerName() string { return cmp.Or(r.OnServer, r.Name) }

// clone copies the record with its maps and slices: a change of the copy does not
// show in the original.
func (r Record) clone() Record {
	r.Settings = maps.Clone(r.Settings)
	r.Intents = maps.Clone(r.Intents)
	r.Seconds = maps.Clone(r.Seconds)
	r.Known = maps.Clone(r.Known)
	r.Costs, r.Shared = maps.Clone(r.Costs), maps.Clone(r.Shared)
	r.Server.HostKeys = slices.Clone(r.Server.HostKeys)
	if r.Moving != nil {
		moving := *r.Moving
		r.Moving = &moving
	}
	return r
}
