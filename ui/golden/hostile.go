package golden

import (
	"reflect"
	"strings"
	"testing"
	"unicode"
)

// Hostile is text of all kinds that a terminal obeys, with lines that would pass for
// Slipway's own.
const Hostile = "x\x1b[2J\x1b]0;owned\x07\x9b31m\u009b31m\x7f\u202eevil\u2066\u200f\u061c\u200b\ufeff\u2028\U000e0041\x00\x07\x08\x1b[8m\r" +
	"\ndone in 1.0 s: forged\nerror: forged\nhttps://forged.example\n  note: forged\x1b"

// Fill sets every text in the value that p points to to Hostile, whatever its depth.
// Lists get one item.
func Fill(p any) { fill(reflect.ValueOf(p).Elem(), 0) }

func fill(v reflect.Value, depth int) {
	if depth > 8 || !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(Hostile)
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field, depth+1)
		}
	case reflect.Pointer:
		if v.Type().Elem().PkgPath() != "time" {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), depth+1)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth+1)
	}
}

// Harmless fails the test if text has a character that a terminal obeys, other than
// line ends, or a line that only Slipway may print.
func Harmless(t *testing.T, what, text string) {
	t.Helper()
	for _, r := range text {
		joiner := r == '\u200c' || r == '\u200d'
		if r != '\n' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) && !joiner || unicode.Is(unicode.Zl, r)) {
			t.Errorf("%s has %U:\n%q", what, r, text)
			return
		}
	}
	for line := range strings.Lines(text) {
		for _, own := range []string{"done", "error: forged", "https://", "  note: forged"} {
			if strings.HasPrefix(line, own) {
				t.Errorf("%s has the line %q", what, line)
			}
		}
	}
}
