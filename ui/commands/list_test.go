package commands

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"slipway/steps"
	"slipway/ui/golden"
)

// TestList prints what each deployment costs and the sum.
func TestList(t *testing.T) {
	inUTC(t)
	finished := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	costs := func(dollars float64) *float64 { return &dollars }
	all := []steps.Summary{
		{Name: "shop", Provider: "digitalocean", URL: "https://shop.example.org", Release: "0123456789ab", Host: "203.0.113.7", Finished: finished,
			Monthly: costs(4.8), Shared: map[string]float64{"spaces": 5}, BackupTo: "spaces:fra1/shop"},
		{Name: "try", Provider: "local", URL: "http://10.0.0.2", Release: "ba9876543210", Host: "10.0.0.2", Finished: finished, Monthly: costs(0)},
		{Name: "own", Provider: "ssh", URL: "http://192.0.2.1", Release: "0123456789ab", Host: "192.0.2.1", Finished: finished, Monthly: costs(0)},
		{Name: "older", Provider: "heroku", URL: "https://older.example", Release: "v7", Finished: finished},
		{Name: "next", Provider: "digitalocean", Monthly: costs(12), Unfinished: true},
		{Name: "damaged", Trouble: "the record can't be read"},
	}
	for name, listed := range map[string][]steps.Summary{"list.txt": all, "list-free.txt": all[1:2]} {
		var out bytes.Buffer
		if err := printList(&out, listed); err != nil {
			t.Fatal(err)
		}
		golden.Same(t, name, out.String())
	}
	var out bytes.Buffer
	if err := printEach(&out, all); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(all) {
		t.Errorf("%d lines for %d deployments", len(lines), len(all))
	}
	if !strings.Contains(lines[1], `"monthly":0`) || strings.Contains(lines[3], "monthly") {
		t.Errorf("got %s and %s", lines[1], lines[3])
	}
}
