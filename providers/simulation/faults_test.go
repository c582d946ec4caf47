package simulation

import (
	"slices"
	"testing"
	"time"
)

type faults struct {
	lag  time.Duration
	n    int
	what string
	down bool
}

var setters = Setters[faults]{
	"lag":  Lasting(func(f *faults) *time.Duration { return &f.lag }, time.Second),
	"some": Counted(func(f *faults) *int { return &f.n }, 2),
	"of":   Named(func(f *faults) *string { return &f.what }, "apps"),
	"down": Flagged(func(f *faults) *bool { return &f.down }),
}

// TestSetters: without a value a fault has its usual one, and what makes no sense is
// refused.
func TestSetters(t *testing.T) {
	for setting, want := range map[string]faults{
		"lag": {lag: time.Second}, "lag=1m": {lag: time.Minute}, "some": {n: 2}, "some=5": {n: 5},
		"of": {what: "apps"}, "of=builds": {what: "builds"}, "down": {down: true},
	} {
		var got faults
		if err := setters.Set(&got, setting); err != nil || got != want {
			t.Errorf("%s: got %+v, %v", setting, got, err)
		}
	}
	for _, setting := range []string{"", "up", "lag=soon", "some=few", "down=1"} {
		if err := setters.Set(&faults{}, setting); err == nil {
			t.Errorf("%q was taken", setting)
		}
	}
	if names := setters.Names(); !slices.Equal(names, []string{"down", "lag", "of", "some"}) {
		t.Errorf("the names are %v", names)
	}
}
