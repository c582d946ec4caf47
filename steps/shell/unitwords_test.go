package shell

import (
	"strings"
	"testing"
	"unicode"
)

func TestUnitWords(t *testing.T) {
	for _, c := range []struct {
		word, unit, property string
	}{
		{"app:app", `"app:app"`, `"app:app"`},
		{"", `""`, `""`},
		{"app:create_app('a b')", `"app:create_app('a b')"`, `"app:create_app('a b')"`},
		{"a\nExecStartPre=+/bin/sh\r\x1b\t\x7f", `"a\x0aExecStartPre=+/bin/sh\x0d\x1b\x09\x7f"`, `"a\x0aExecStartPre=+/bin/sh\x0d\x1b\x09\x7f"`},
		{"\u0085\u2028\u2029\u202e\ufeff\ufffe", `"\xc2\x85\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xae\xef\xbb\xbf\xef\xbf\xbe"`, `"\xc2\x85\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xae\xef\xbb\xbf\xef\xbf\xbe"`},
		{"caf\xe9", `"caf\xe9"`, `"caf\xe9"`},
		{"100% $X", `"100%% $$X"`, `"100% $X"`},
		{`a"b\`, `"a\"b\\"`, `"a\"b\\"`},
		{"größe 😀", `"größe 😀"`, `"größe 😀"`},
	} {
		if got := UnitWords(c.word); got != c.unit {
			t.Errorf("%q in a unit: got %s, want %s", c.word, got, c.unit)
		}
		if got := PropertyWords(c.word); got != c.property {
			t.Errorf("%q as a property: got %s, want %s", c.word, got, c.property)
		}
	}
	if got, want := ExecWords("/bin/echo", "$HOME", "5%"), `"/bin/echo" "$$HOME" "5%"`; got != want {
		t.Errorf("a command as a property: got %s, want %s", got, want)
	}
}

// FuzzUnitWords has words of any kind stay one line of text that can be printed.
func FuzzUnitWords(f *testing.F) {
	for _, word := range []string{"", "a b", "x\nUser=root", "\xff\x00", `\"`, "%n$$", "\u2028"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		line := UnitWords(word)
		if strings.Contains(word, "\x00") {
			return // plans refuse it, and CheckUnit
		}
		if err := CheckUnit("[Service]\nExecStart=" + line + "\n"); err != nil && len(line) < maxUnitLine/2 {
			t.Errorf("%q becomes %s: %v", word, line, err)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q becomes %q", word, line)
		}
		inside := strings.NewReplacer(`\\`, "", `\"`, "").Replace(line[1 : len(line)-1])
		if strings.Contains(inside, `"`) {
			t.Errorf("%q ends its quotes: %s", word, line)
		}
	})
}
