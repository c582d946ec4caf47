package local

import (
	"slices"
	"testing"
)

func TestLines(t *testing.T) {
	var got []string
	w := &lines{report: func(line string) { got = append(got, line) }}
	for _, part := range []string{"one\ntw", "o\r\n\n\x1b[31mthree\x1b[0m\nfour"} {
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("%q", got)
	}
}

func TestPlain(t *testing.T) {
	if got := plain("a\r\n\x1b[31mred\x1b]0;title\x07\x1b[2Jb\x00\tc\x7f"); got != "a\nredb\tc" {
		t.Errorf("%q", got)
	}
}
