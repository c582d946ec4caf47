package commands

import (
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/state"
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

// TestAboutBackup has the deployment, the backup or both left out.
func TestAboutBackup(t *testing.T) {
	dir := t.TempDir()
	c := &command{streams: Streams{Getenv: func(key string) string { return map[string]string{"SLIPWAY_HOME": dir}[key] }}}
	home, err := c.home()
	if err != nil {
		t.Fatal(err)
	}
	d, err := home.Open("cafe", time.Now()) // it could be the ID of a backup, too
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Update(func(*state.Record) {}); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"": "cafe latest", "cafe": "cafe latest", "latest": "cafe latest", "0123abcd": "cafe 0123abcd", "cafe cafe": "cafe cafe",
		"2026-01-31T14:30:00Z": "cafe 2026-01-31T14:30:00Z", "before-20260131t143000": "cafe before-20260131t143000", "other": "other latest",
	} {
		if _, name, when, err := c.aboutBackup(strings.Fields(args), ""); err != nil || name+" "+when != want {
			t.Errorf("%q: got %s %s, %v; want %s", args, name, when, err, want)
		}
	}
	for args, want := range map[string]string{"": "cafe latest", "facade": "facade latest", "latest": "cafe latest", "facade 0123abcd": "facade 0123abcd"} {
		if _, name, when, err := c.aboutBackup(strings.Fields(args), "other"); err != nil || name+" "+when != want {
			t.Errorf("%q --as other: got %s %s, %v; want %s", args, name, when, err, want)
		}
	}
	for _, args := range []string{"cafe soon", "no_name"} {
		if _, _, _, err := c.aboutBackup(strings.Fields(args), ""); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}

// TestNameLast has a deployment's name stand before a command of db.
func TestNameLast(t *testing.T) {
	for args, want := range map[string]string{
		"db shop dump": "db dump shop", "db shop load -y --service redis": "db load shop -y --service redis",
		"db dump shop": "db dump shop", "db dump dump": "db dump dump", "db shop": "db shop", "db shop -- dump": "db shop -- dump",
		"db --service postgres dump": "db --service postgres dump", "ssh shop load": "ssh shop load",
	} {
		if got := strings.Join(nameLast(strings.Fields(args)), " "); got != want {
			t.Errorf("%q: got %q", args, got)
		}
	}
}
