package text

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestClean(t *testing.T) {
	for line, want := range map[string]string{
		"plain":                 "plain",
		"\x1b[31mred\x1b[0m":    "red",
		"\x1b]0;title\x07shown": "shown",
		"10%\r50%\r100%\r":      "10% 50% 100%",
		"a\tb":                  "a    b",
		"a bell\x07 rings":      "a bell rings",
		"a byte \x9b2J of C1":   "a byte ?2J of C1",
		"bad \xff byte":         "bad ? byte",
		"\x1b]0;no end, shown":  "]0;no end, shown",
		"\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\": "link",
		"a\u202eb\u2066c\u200fd\u061ce":                        "abcde",
		"\ufeffa\u200bb\U000e0041c\u2060d":                     "abcd",
		"one\ntwo\vthree\u2028four\u0085five":                  "one two three four five",
		"two\r\n":                                              "two",
		"family 👩\u200d👩\u200d👧 ❤\ufe0f":                       "family 👩\u200d👩\u200d👧 ❤\ufe0f",
		"שלום עולם می\u200cخواهم":                              "שלום עולם می\u200cخواهم",
		"Z" + strings.Repeat("\u0301", 50) + "algo":            "Z" + strings.Repeat("\u0301", 8) + "algo",
		"u with dots ü":                                        "u with dots ü",
		"\u009b2Jcleared":                                      "cleared",
	} {
		if got := Clean(line); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		width int
		want  []string
	}{
		"short":                     {"one two", 20, []string{"one two"}},
		"between words":             {"one two three", 8, []string{"one two", "three"}},
		"exactly":                   {"one two three", 7, []string{"one two", "three"}},
		"no break at a hyphen":      {"give --host-key-fingerprint", 16, []string{"give", "--host-key-fingerprint"}},
		"a word wider than a line":  {"see https://example.com/a/long/path now", 10, []string{"see", "https://example.com/a/long/path", "now"}},
		"an indented line":          {"    one two three", 12, []string{"    one two", "    three"}},
		"its own newlines":          {"one\n\ntwo three", 5, []string{"one", "", "two", "three"}},
		"wide characters":           {"店店 店店", 5, []string{"店店", "店店"}},
		"a prompt's space":          {"Name of it [x] ", 12, []string{"Name of it", "[x] "}},
		"no width":                  {"one two", 0, []string{"one two"}},
		"more indent than is room":  {"          one two", 8, []string{"one two"}},
		"the spaces inside of code": {"x =  1", 20, []string{"x =  1"}},
	} {
		if got := Wrap(c.text, c.width); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestWriter(t *testing.T) {
	var out bytes.Buffer
	w := Writer{Out: &out, Width: func() int { return 10 }}
	for _, s := range []string{"one two \x1b[31mthree four\n", "Number [1] "} {
		if n, err := w.Write([]byte(s)); n != len(s) || err != nil {
			t.Errorf("wrote %d of %d: %v", n, len(s), err)
		}
	}
	if want := "one two\nthree four\nNumber [1]\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
	for line := range strings.SplitSeq(out.String(), "\n") {
		if ansi.StringWidth(line) > 10 {
			t.Errorf("%q is wider than 10", line)
		}
	}
}
