package app

import (
	"strings"
	"testing"
	"unicode/utf16"
)

// inUTF16 encodes text with a byte order mark.
func inUTF16(text string, big bool) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		low, high := byte(unit), byte(unit>>8)
		if big {
			low, high = high, low
		}
		b.Write([]byte{low, high})
	}
	return b.String()
}

func TestText(t *testing.T) {
	for _, test := range []struct{ name, raw, want, refused string }{
		{"plain", "a\nb\n", "a\nb\n", ""},
		{"empty", "", "", ""},
		{"byte order mark", "\xef\xbb\xbfa\n", "a\n", ""},
		{"only a byte order mark", "\xef\xbb\xbf", "", ""},
		{"UTF-16, little", inUTF16("ä=1\r\nb\r\n", false), "ä=1\nb\n", ""},
		{"UTF-16, big", inUTF16("ä=1\nb", true), "ä=1\nb", ""},
		{"Windows", "a\r\nb\r\n", "a\nb\n", ""},
		{"old Mac", "a\rb\r", "a\nb\n", ""},
		{"mixed", "a\r\nb\nc\rd", "a\nb\nc\nd", ""},
		{"latin-1", "a\nb\xe9\n", "", "line 2 is no text, because it is not UTF-8: save the file as UTF-8"},
		{"UTF-16 without a mark", "a\x00\n\x00", "", "line 1 is no text, because it holds a NUL byte, as UTF-16 without a byte order mark does: save the file as UTF-8"},
		{"damaged UTF-16", inUTF16("a\nb", false) + "\x00", "", "line 2 is no text, because its UTF-16 is damaged"},
		{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00", "", "line 1 is no text"},
	} {
		got, err := Text([]byte(test.raw))
		if test.refused != "" {
			if err == nil || !strings.HasPrefix(err.Error(), test.refused) {
				t.Errorf("%s: got %v", test.name, err)
			}
			continue
		}
		if err != nil || string(got) != test.want {
			t.Errorf("%s: got %q, %v", test.name, got, err)
		}
	}
}

func TestSourceText(t *testing.T) {
	for _, test := range []struct {
		name, raw, want string
		refused         bool
	}{
		{"no coding line", "x = 'é'\n", "x = 'é'\n", false},
		{"latin-1", "# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n", false},
		{"second line", "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n", "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '€'\n", false},
		{"third line is too late", "\n\n# coding: latin-1\nx = '\xe9'\n", "", true},
		{"latin-1 without saying so", "x = '\xe9'\n", "", true},
		{"an encoding of Python's own", "# coding: rot13\nx\n", "# coding: rot13\nx\n", false},
		{"UTF-16", inUTF16("x = 1\n", false), "", true},
	} {
		got, err := sourceText([]byte(test.raw))
		if (err != nil) != test.refused || string(got) != test.want {
			t.Errorf("%s: got %q, %v", test.name, got, err)
		}
	}
}
