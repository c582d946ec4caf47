package text

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// hostile is a text of all kinds that a terminal obeys.
const hostile = "\x1b[2J\x1b]0;owned\x07\x9b31m\u009b31m\x7f\u202eevil\u2066\u200f\u061c\u200b\ufeff\u2028\U000e0041\x00\x07\x08\r\x1b"

// FuzzClean holds what every way to a terminal promises, for any text.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{hostile, "plain", "10%\r20%", "a\nhttps://evil.example", "👩\u200d👧", "\xff\xfe", "Z" + strings.Repeat("\u0301", 30), "\x1bP1;2|\x1b\\x", "\u0090q\u009c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line := Clean(s)
		if Clean(line) != line {
			t.Errorf("%q: a second time it is another: %q", line, Clean(line))
		}
		obeyed(t, "Clean", line, "")
		var printed, lines, stream bytes.Buffer
		Fprintf(&printed, "value: %s\n", s) //nolint:errcheck // a buffer takes all
		obeyed(t, "Fprintf", printed.String(), "\n")
		for own := range strings.Lines(printed.String()) {
			if !strings.HasPrefix(own, "value: ") && !strings.HasPrefix(own, indent) {
				t.Errorf("%q made a line of its own: %q", s, own)
			}
		}
		Fprintln(&lines, s) //nolint:errcheck // a buffer takes all
		if strings.Count(lines.String(), "\n") != 1 {
			t.Errorf("%q is more than a line: %q", s, lines.String())
		}
		out := NewStream(&stream, Clean)
		for i := range len(s) {
			out.Write([]byte{s[i]}) //nolint:errcheck // a buffer takes all
		}
		out.Close()
		obeyed(t, "Stream", stream.String(), "\n")
		escaped(t, s)
	})
}

func obeyed(t *testing.T, what, text, allowed string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%s: %q is no UTF-8", what, text)
	}
	for _, r := range text {
		if unsafe(r) && !strings.ContainsRune(allowed, r) {
			t.Errorf("%s: %q has %U", what, text, r)
		}
	}
}

// escaped has a text go through JSON and come back as it was.
func escaped(t *testing.T, s string) {
	t.Helper()
	var line bytes.Buffer
	if err := NewJSON(&line).Encode(map[string]string{"text": s}); err != nil {
		t.Fatal(err)
	}
	obeyed(t, "JSON", line.String(), "\n")
	var back map[string]string
	if err := json.Unmarshal(line.Bytes(), &back); err != nil {
		t.Fatalf("%q: %v", line.String(), err)
	}
	if want := strings.ToValidUTF8(s, ""); strings.ReplaceAll(back["text"], "\ufffd", "") != strings.ReplaceAll(want, "\ufffd", "") {
		t.Errorf("%q came back as %q", s, back["text"])
	}
}

// TestLongLine has a line without an end come in: it takes no more memory than is shown.
func TestLongLine(t *testing.T) {
	var out bytes.Buffer
	s := NewStream(&out, Clean)
	piece := []byte(strings.Repeat("ü", 5000))
	for range 1000 {
		if _, err := s.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	s.Write([]byte("\nnext")) //nolint:errcheck // a buffer takes all
	s.Close()
	first, rest, _ := strings.Cut(out.String(), "\n")
	if len(first) > longestLine+len("…") || !strings.HasSuffix(first, "ü…") || rest != "next\n" || cap(s.line) > 2*longestLine {
		t.Errorf("%d bytes that end with %q, then %q, %d bytes held", len(first), first[len(first)-8:], rest, cap(s.line))
	}
}

func TestLastState(t *testing.T) {
	for line, want := range map[string]string{"10%\r50%\r100%\r": "100%", "plain": "plain", "": ""} {
		if got := LastState(line); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}
