package engine

import (
	"time"

	"slipway/providers"
	"slipway/state"
)

// Finish puts the end on record, if it is news. The app answers at url.
func (r *Run) Finish(url string) (Outcome, error) {
	outcome := r.Outcome(url)
	before := r.Record()
	if !r.changed && before.Release == outcome.Release && before.URL == outcome.URL && !before.Finished.IsZero() {
		return outcome, nil
	}
	return outcome, r.deployment.Update(func(record *state.Record) {
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
	o := Outcome{Changed: r.changed, URL: url, Release: r.Plan.Release, Host: r.Record().Server.Address, Spent: map[providers.Phase]float64{}}
	if r.server != nil {
		o.RoundTrips = r.server.client.RoundTrips()
	}
	total := time.Since(r.began).Seconds()
	for phase, seconds := range r.spent {
		if phase != providers.PhaseOther {
			o.Spent[phase] = round(seconds)
			total -= seconds
		}
	}
	o.Spent[providers.PhaseOther] = round(total)
	return o
}
