package commands

import (
	"slices"
	"testing"

	"slipway/steps"
	"slipway/steps/backup"
)

// TestDescribeChange says what a change of data would do.
func TestDescribeChange(t *testing.T) {
	d := &steps.DataChange{Name: "shop", What: "the data", To: "aaaaaaaaaaaa", Serving: "bbbbbbbbbbbb"}
	d.Lost = map[string]int64{"sqlite db:a": 3, "sqlite db:b": 1, "files bytes": 2000000, "files files": 1}
	got := describeChange(d)
	want := []string{
		"shop would get the data", "release aaaaaaaaaaaa would take the traffic instead of bbbbbbbbbbbb", "it lacks what was written since:",
		"  3 rows of sqlite db:a", "  1 file", "  1 row of sqlite db:b", "  " + backup.Size(2000000) + " in files",
		"rows that were changed since are not counted; they come back as they were",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if got := describeChange(&steps.DataChange{Name: "shop", What: "the data that was replaced"}); len(got) != 2 {
		t.Errorf("got %q", got)
	}
}
