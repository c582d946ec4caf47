package steps

import (
	"testing"
	"time"

	"slipway/state"
	"slipway/steps/plan"
)

// keep puts a record into a home.
func keep(t *testing.T, home state.Home, name string, change func(*state.Record)) {
	t.Helper()
	d, err := home.Open(name, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Update(change); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestExpected(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, days := range map[string]int{"older": 1, "newer": 2} {
		keep(t, home, name, func(r *state.Record) {
			r.Settings = map[string]string{plan.KeyProvider: plan.ProviderLocal}
			r.Seconds, r.Finished = map[string]float64{"packages": float64(days)}, at.AddDate(0, 0, days)
		})
	}
	keep(t, home, "cloudy", func(r *state.Record) {
		r.Settings = map[string]string{plan.KeyProvider: plan.ProviderDigitalOcean}
		r.Seconds, r.Finished = map[string]float64{"packages": 99}, at.AddDate(1, 0, 0)
	})
	for name, want := range map[string]float64{"older": 1, "newer": 2, "another": 2} {
		plan := plan.Plan{Name: name, Values: map[string]plan.NamedValue{plan.KeyProvider: {Value: plan.ProviderLocal}}}
		got, err := Expected(plan, home)
		if err != nil || got["packages"] != want {
			t.Errorf("%s: got %v, %v, want %v", name, got, err, want)
		}
	}
}
