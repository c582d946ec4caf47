package text

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sequences are the terminal's own: CSI, then those that carry text up to a BEL or
// an ST (a window's title, a hyperlink), then the short ones. One that does not end in
// its line is no sequence: only its control characters go, so that nobody's text hides
// what stands behind it.
var sequences = regexp.MustCompile("(?:\x1b\\[|\u009b)[0-?]*[ -/]*[@-~]" +
	"|(?:\x1b[\\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\x07\x1b\u009c]*(?:\x07|\x1b\\\\|\u009c)" +
	"|\x1b[ -/]*[0-OQ-WYZ`-~]")

// mostMarks is how many combining marks may stand on one letter. No language needs
// more, and a tower of them covers the lines around it.
const mostMarks = 8

// Clean returns text that somebody else wrote as one line of plain text: without
// what a terminal obeys, without characters that change the order in which others
// are shown, and without those that can't be seen. A tab is four spaces, a line break of any
// kind is one space, a byte that is no UTF-8 a "?". Letters of all scripts and emoji
// stay as they are.
func Clean(line string) string {
	line = strings.ToValidUTF8(line, "?")
	if isPlain(line) {
		return line
	}
	line = sequences.ReplaceAllString(strings.TrimRight(line, "\r\n"), "")
	var clean strings.Builder
	marks := 0
	for _, r := range line {
		switch {
		case r == '\t':
			clean.WriteString("    ")
		case breaks(r):
			clean.WriteByte(' ')
		case unsafe(r):
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks <= mostMarks {
				clean.WriteRune(r)
			}
			continue
		case r == zwj || r == zwnj:
			clean.WriteRune(r)
			continue
		default:
			clean.WriteRune(r)
		}
		marks = 0
	}
	return clean.String()
}

// Lines are the lines of a text, each of them clean.
func Lines(s string) []string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Clean(line)
	}
	return lines
}

// LastState is what a terminal shows at the end of a line in which a program draws a
// progress bar: what follows its last carriage return.
func LastState(line string) string {
	line = strings.TrimRight(line, "\r")
	return line[strings.LastIndexByte(line, '\r')+1:]
}

// isPlain is true for printable ASCII, which is most of what comes.
func isPlain(line string) bool {
	for i := range len(line) {
		if line[i] < ' ' || line[i] > '~' {
			return false
		}
	}
	return true
}

// The joiners are characters of ordinary text: emoji and Persian need them.
const (
	zwnj = '\u200c'
	zwj  = '\u200d'
)

// breaks tells whether some terminal or pager begins a line at a character.
func breaks(r rune) bool {
	return r >= '\n' && r <= '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

// unsafe tells whether a character must not reach a terminal as it is: the control
// characters of ASCII and Latin-1, the marks that change the order of others, the ones
// without a shape (byte order mark, tags, zero-width space), and those that Unicode calls no characters.
func unsafe(r rune) bool {
	switch {
	case r < ' ', r >= 0x7f && r < 0xa0, r == '\u2028', r == '\u2029', r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
		return true
	case r == zwj, r == zwnj, r == '\u00ad', unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false
	}
	return unicode.Is(unicode.Cf, r)
}

// colours are the sequences that the screens are coloured with: bold, faint,
// underlined, reversed, and the colours of letters. "Hidden" is not among them.
var colours = regexp.MustCompile("^\x1b\\[(?:(?:[01247]|[39][0-7]|[34]9|38;5;[0-9]{1,3}|38;2;[0-9]{1,3};[0-9]{1,3};[0-9]{1,3});?)*m")

// Screen is a drawn screen without anything that a terminal obeys but line ends and
// colours. It stands behind Clean, which each text of others has gone through, for the
// text that was forgotten.
func Screen(drawn string) string {
	var clean strings.Builder
	for drawn != "" {
		at := strings.IndexFunc(drawn, func(r rune) bool { return unsafe(r) && r != '\n' || r == utf8.RuneError })
		if at < 0 {
			clean.WriteString(drawn)
			break
		}
		clean.WriteString(drawn[:at])
		drawn = drawn[at:]
		if colour := colours.FindString(drawn); colour != "" {
			clean.WriteString(colour)
			drawn = drawn[len(colour):]
			continue
		}
		if other := sequences.FindStringIndex(drawn); other != nil && other[0] == 0 {
			drawn = drawn[other[1]:]
			continue
		}
		_, size := utf8.DecodeRuneInString(drawn)
		drawn = drawn[size:]
	}
	return clean.String()
}
