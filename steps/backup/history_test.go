package backup

import (
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/release"
)

const (
	releaseA, releaseB, releaseC = "aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"
	ranAt, copied                = " ran /srv/app-x/releases/", " copy /var/lib/slipway/snapshots/"
)

// TestCopy finds the copy of the data that goes with a release.
func TestCopy(t *testing.T) {
	a := release.Kept{Name: releaseA, Served: time.Unix(100, 0)}
	b := release.Kept{Name: releaseB, Served: time.Unix(200, 0)}
	for _, c := range []struct {
		what   string
		looked []string
		to     release.Kept
		want   string
		err    string
	}{
		{"the release after it", []string{"199.1" + ranAt + releaseB, "198.5" + copied + releaseB, "99.5" + ranAt + releaseA}, a, releaseB, ""},
		{"two after it", []string{"298" + copied + releaseC, "299" + ranAt + releaseC, "199" + ranAt + releaseB, "198" + copied + releaseB}, a, releaseB, ""},
		{"the last of two", []string{"298" + copied + releaseC, "299" + ranAt + releaseC, "199" + ranAt + releaseB, "198" + copied + releaseB}, b, releaseC, ""},
		{"its own mark in the second in which it served", []string{"100.9" + ranAt + releaseA, "198" + copied + releaseB}, a, releaseB, ""},
		{"its own later copy", []string{"300" + copied + releaseA}, a, "", "leave out --with-data"},
		{"one that never served", []string{"150" + copied + releaseC, "198" + copied + releaseB, "199" + ranAt + releaseB}, a, releaseC, ""},
		{"a command without a copy", []string{"199" + ranAt + releaseB, "298" + copied + releaseC}, a, "", "before release " + releaseB},
		{"nothing ran", nil, a, "", "no release command ran"},
		{"copies that went off", []string{"198" + copied + releaseB + ".off"}, a, "", "no release command ran"},
	} {
		got, err := ParseHistory(strings.Join(c.looked, "\n")).Copy(c.to)
		said := ""
		if err != nil {
			said = err.Error()
			if hint, ok := err.(interface{ Hint() string }); ok {
				said += " " + hint.Hint()
			}
		}
		if got != c.want || (err == nil) != (c.err == "") || !strings.Contains(said, c.err) {
			t.Errorf("%s: got %q, %s", c.what, got, said)
		}
	}
}

// TestRanSince names the releases whose commands a plain rollback leaves done.
func TestRanSince(t *testing.T) {
	h := ParseHistory("99" + ranAt + releaseA + "\n199" + ranAt + releaseB + "\n198" + copied + releaseB + "\nx ran y\n")
	if got := h.RanSince(release.Kept{Name: releaseA, Served: time.Unix(100, 0)}); !slices.Equal(got, []string{releaseB}) {
		t.Errorf("got %v", got)
	}
	if got := h.RanSince(release.Kept{Name: releaseB, Served: time.Unix(200, 0)}); got != nil {
		t.Errorf("got %v", got)
	}
}

// TestSnapshotIsDecided has data copied only when it is to be, and tells when it can't.
func TestSnapshotIsDecided(t *testing.T) {
	v := fact.View{Plan: example.Plan(t)}
	for looked, want := range map[string]string{
		"first\n": "", "ran\n": "", "taken\n": "", "none the data takes 900 MB\n": "", "": "copy the data", "wanted\n": "copy the data",
		"wanted\n@ {\"needed\":5,\"free\":9,\"fits\":true}\n":               "copy the data",
		"wanted\n@ {\"needed\":900000000,\"free\":100,\"fits\":false}\n":    "without a copy",
		"wanted\n@ {\"error\":\"PostgreSQL does not run\",\"hint\":\"\"}\n": "copy the data",
	} {
		v.Looked = looked
		changes := Snapshot.Decide(v)
		if (want == "") != (len(changes) == 0) || want != "" && !strings.Contains(changes[0].What, want) {
			t.Errorf("%q: got %v", looked, changes)
		}
	}
	v.Looked = "none the data takes 900 MB\n"
	if notes := Snapshot.Notes(v); len(notes) != 1 || !strings.Contains(notes[0], "900 MB") {
		t.Errorf("the notes are %v", notes)
	}
}
