package shell

import (
	"maps"
	"slices"
	"testing"
)

func TestSections(t *testing.T) {
	got := Sections("--b--", sh(t, Sectioned("--b--", Lines(
		Section("one", "echo 1; echo 2"),
		Section("fails", "echo before; exit 3"),
		Section("empty", ":"),
		Section("reads", "cat"),
		Section("forged", `printf 'a\n--slipway-look-- one\n3\n'`),
		Section("last", "printf x"),
		Section("one", "echo again"),
	))))
	for name, want := range map[string]string{"one": "1\n2\n", "fails": "before\n", "empty": "", "reads": "", "last": "x",
		"forged": "a\n--slipway-look-- one\n3\n"} {
		if body, ok := got[name]; !ok || body != want {
			t.Errorf("%s: got %q, want %q", name, body, want)
		}
	}
}

func TestFields(t *testing.T) {
	got := Fields("a 1\nb two words\n\nc\na 3\n")
	if len(got) != 3 || got["a"] != "3" || got["b"] != "two words" || got["c"] != "" {
		t.Errorf("got %v", got)
	}
}

// TestSideBySide has every section once and whole, however many groups there are, and
// tells if a group came to no end.
func TestSideBySide(t *testing.T) {
	long := "seq 20000"
	for groups := 1; groups < 5; groups++ {
		var looks []string
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			looks = append(looks, Section(name, long+"; echo "+name))
		}
		got := Sections("--b--", sh(t, Sectioned("--b--", SideBySide(groups, looks))))
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			if lines := SplitLines(got[name]); len(lines) < 20001 || lines[19999] != "20000" || lines[20000] != name {
				t.Errorf("%d groups: section %s has %d lines", groups, name, len(lines))
			}
		}
		if !Whole(got) {
			t.Errorf("%d groups: not whole: %v", groups, slices.Sorted(maps.Keys(got)))
		}
	}
	cut := SideBySide(2, []string{"exit 1", Section("b", "echo b")})
	if got := Sections("--b--", sh(t, Sectioned("--b--", cut))); Whole(got) || got["b"] == "" {
		t.Errorf("a group that ended early: %v", got)
	}
}
