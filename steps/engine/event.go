package engine

import (
	"time"

	"slipway/providers"
	"slipway/steps/plan"
)

// Kind tells what an event is about.
type Kind string

// The kinds of events.
const (
	// KindStart opens a run: Name, Provider, Plan.
	KindStart Kind = "start"
	// KindStep tells what became of a step: Step, Title, Status.
	KindStep Kind = "step"
	// KindLine is a line that long work printed: Step, Line.
	KindLine Kind = "line"
	// KindNote is something to know that stops nothing: Step, Line.
	KindNote Kind = "note"
	// KindDone closes a run that succeeded.
	KindDone Kind = "done"
	// KindPlanned closes a run that only looked.
	KindPlanned Kind = "planned"
	// KindFailed closes a run that did not.
	KindFailed Kind = "failed"
)

// Status tells where a step stands.
type Status string

// The statuses of a step.
const (
	Looking   Status = "looking"
	Unchanged Status = "unchanged"
	Changing  Status = "changing"
	// Applied is a step that was changed and is yet to be looked at again.
	Applied Status = "applied"
	Changed Status = "changed"
	Failed  Status = "failed"
	// WouldChange is a step of a run that only looks.
	WouldChange Status = "would change"
)

// Event is what a run tells its faces. Which fields are set depends on Kind.
type Event struct {
	Kind Kind      `json:"event"`
	Time time.Time `json:"time"`

	Name     string            `json:"name,omitempty"`
	Provider string            `json:"provider,omitempty"`
	Values   []plan.NamedValue `json:"values,omitempty"`

	Step    string             `json:"step,omitempty"`
	Title   string             `json:"title,omitempty"`
	Status  Status             `json:"status,omitempty"`
	Detail  string             `json:"detail,omitempty"`
	Changes []providers.Change `json:"changes,omitempty"`
	// Needs are the steps that must be done before this one begins; only in a run that only
	// looks. Steps that don't need each other are changed at the same time.
	Needs []string `json:"needs,omitempty"`
	// Awaits are steps that this one may wait for in the midst of its work; only in a run that
	// only looks.
	Awaits []string `json:"awaits,omitempty"`
	// Seconds is how long the step, or the run, took.
	Seconds float64 `json:"seconds,omitempty"`

	Line string `json:"line,omitempty"`

	*Outcome
	*Problem
}

// Outcome is how a run that succeeded ended.
type Outcome struct {
	// Changed is false if the run found no changes to make.
	Changed bool   `json:"changed"`
	URL     string `json:"url,omitempty"`
	Host    string `json:"host,omitempty"`
	Release string `json:"release,omitempty"`
	// RoundTrips is how many commands were sent over SSH.
	RoundTrips int `json:"round_trips"`
	// Handover is how many seconds it took, once the new release was healthy, until no new
	// request went to the one before it; nil if no release took over from another.
	Handover *float64 `json:"handover_seconds,omitempty"`
	// Spent is where the time went, in seconds by phase: the steps' own times. Some run at the
	// same time, so the sum may be more than the run took.
	Spent map[providers.Phase]float64 `json:"spent,omitempty"`
	// Visitors is what the app's visitors get; nil in a run that only looks.
	Visitors *Visitors `json:"visitors,omitempty"`
	// Monthly is what the plan costs in US dollars a month.
	Monthly float64 `json:"monthly,omitempty"`
	// Before is what the deployment costs in US dollars a month, by what is on record, and
	// After what it would cost; only in a run that only looks at one that costs something.
	Before float64 `json:"monthly_before,omitempty"`
	After  float64 `json:"monthly_after,omitempty"`
}

// Problem is how a run that failed ended.
type Problem struct {
	Error string `json:"error"`
	Hint  string `json:"hint,omitempty"`
	// Code is the exit code.
	Code int `json:"code"`
}
