package steps

import (
	"errors"
	"strings"
	"testing"
	"time"

	"slipway/providers"
)

// TestSince: --since takes on a platform what journalctl takes on a server.
func TestSince(t *testing.T) {
	now := time.Date(2026, time.March, 4, 15, 6, 7, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"1 hour ago": now.Add(-time.Hour), "90 minutes ago": now.Add(-90 * time.Minute), "2 weeks ago": now.AddDate(0, 0, -14),
		"-5m": now.Add(-5 * time.Minute), "2h": now.Add(-2 * time.Hour), "now": now,
		"today": time.Date(2026, time.March, 4, 0, 0, 0, 0, time.UTC), "yesterday": time.Date(2026, time.March, 3, 0, 0, 0, 0, time.UTC),
		"2026-01-31 14:00": time.Date(2026, time.January, 31, 14, 0, 0, 0, time.UTC), "2026-01-31": time.Date(2026, time.January, 31, 0, 0, 0, 0, time.UTC),
		"2026-01-31T14:00:00Z": time.Date(2026, time.January, 31, 14, 0, 0, 0, time.UTC),
	} {
		if got, err := parseSince(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "soon", "1 moon ago", "-3 hours ago"} {
		_, err := parseSince(text, now)
		if _, ok := errors.AsType[*providers.Usage](err); !ok {
			t.Errorf("%q: got %v, want a usage error", text, err)
		}
	}
}

// TestUndelivered: a platform without a release of the app says what to do next.
func TestUndelivered(t *testing.T) {
	d := &OnPlatform{spec: providers.Spec{Name: "shop"}}
	failed, ok := errors.AsType[*providers.Failed](d.undelivered(providers.ErrNoApp))
	if !ok || !errors.Is(failed, providers.ErrNoApp) || !strings.Contains(failed.Error(), "shop") || failed.Next == "" {
		t.Errorf("it says %v", failed)
	}
	if other := errors.New("x"); !errors.Is(d.undelivered(other), other) || d.undelivered(nil) != nil {
		t.Error("another error is changed")
	}
}
