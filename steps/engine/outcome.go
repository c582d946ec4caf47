package engine

import (
	"cmp"
	"net/url"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/fact"
)

// Finish puts the end on record, if it is news. The app answers at url.
func (r *Run) Finish(url string) (Outcome, error) {
	outcome := r.Outcome(url)
	before := r.Record()
	if !r.changed && before.Release == outcome.Release && before.URL == outcome.URL && !before.Finished.IsZero() {
		return outcome, nil
	}
	return outcome, r.deployment.Update(func(record *state.Record) {
		record.NoData = !r.Plan.KeepsData() && (record.NoData || record.Finished.IsZero())
		record.Release, record.URL = outcome.Release, outcome.URL
		record.Finished = time.Now().UTC().Truncate(time.Second)
		if record.Seconds == nil {
			record.Seconds = map[string]float64{}
		}
		for step, seconds := range r.seconds {
			record.Seconds[step] = round(seconds)
		}
	})
}

// Outcome is what the run came to so far. The app answers at url, which is empty
// if that is not known yet.
func (r *Run) Outcome(url string) Outcome {
	o := Outcome{Changed: r.changed, URL: url, Release: r.Plan.Release, Host: cmp.Or(r.Record().Server.Address, hostOf(url)), Spent: map[providers.Phase]float64{}}
	if r.server != nil {
		o.RoundTrips = r.server.client.RoundTrips()
	}
	for phase, seconds := range r.spent {
		o.Spent[phase] = round(seconds)
	}
	return o
}

// ChangedFact tells whether this run changed the fact.
func (r *Run) ChangedFact(f *fact.Fact) bool {
	_, changed := r.seconds[f.Name]
	return changed
}

// hostOf is the host of a URL; "" if it has none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// Visitors is what a visitor of the app gets.
type Visitors struct {
	// Path is what was asked for, Status the HTTP status at the end of the redirects.
	Path   string `json:"path"`
	Status int    `json:"status,omitempty"`
	// Served is true if that is a page of the app, or a redirect to one elsewhere.
	Served bool `json:"served"`
	// Cause says why / is not served; empty if it is.
	Cause string `json:"cause,omitempty"`
	// Next is what settles that; empty if nothing need be.
	Next string `json:"next,omitempty"`
}

// Lines say for people what visitors get instead of the front page; none if they get it.
func (v *Visitors) Lines() []string {
	switch {
	case v == nil || v.Cause == "":
		return nil
	case v.Next == "":
		return []string{"note: " + v.Cause}
	}
	return []string{"visitors don't get the app: " + v.Cause, "next: " + v.Next}
}

// Served tells whether visitors get the app, as far as that is known.
func (o Outcome) Served() bool { return o.Visitors == nil || o.Visitors.Served }
