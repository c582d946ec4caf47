package steps

import (
	"testing"
	"time"
)

// TestParseWhen reads which data is to be restored.
func TestParseWhen(t *testing.T) {
	zone := time.FixedZone("two hours east", 2*60*60)
	for text, want := range map[string]string{
		"": "latest", "latest": "latest", "0123abcd": "0123abcd", "before-20260131t143000": "before-20260131t143000",
		"2026-01-31": "2026-01-31T21:59:59Z", "2026-01-31 14:30": "2026-01-31T12:30:00Z", "2026-01-31T14:30:05": "2026-01-31T12:30:05Z",
		"2026-01-31T14:30:00+01:00": "2026-01-31T13:30:00Z", "2026-01-31T14:30:00Z": "2026-01-31T14:30:00Z",
		"yesterday": "", "before-x": "", "--first": "", "0123ABCD": "", "31.1.2026": "", "abc": "", "latest; rm": "",
	} {
		got, err := ParseWhen(text, zone)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
}
