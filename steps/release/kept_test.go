package release

import (
	"strings"
	"testing"
)

func TestReleases(t *testing.T) {
	kept := ParseKept("current /srv/app-x/releases/bbbbbbbbbbbb\n100.5 /srv/app-x/releases/aaaaaaaaaaaa\n300.1 /srv/app-x/releases/cccccccccccc\n200.2 /srv/app-x/releases/bbbbbbbbbbbb\n")
	if len(kept) != 3 || kept[0].Name != "cccccccccccc" || !kept[1].Current || kept[2].Served.Unix() != 100 {
		t.Fatalf("got %+v", kept)
	}
	for _, c := range []struct{ to, want, err string }{
		{"", "aaaaaaaaaaaa", ""},
		{"cccccccccccc", "cccccccccccc", ""},
		{"bbbbbbbbbbbb", "", "already"},
		{"dddddddddddd", "", "cccccccccccc, bbbbbbbbbbbb, aaaaaaaaaaaa"},
	} {
		got, err := Choose(kept, c.to)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%q: got %q, %v", c.to, got, err)
		}
	}
	if _, err := Choose(kept[2:], ""); err == nil {
		t.Error("the oldest release has one before it")
	}
}
