package app

import (
	"fmt"
	"regexp"
	"strings"
)

// globReader turns a pattern of git's into a regular expression, which takes no longer
// for a hostile pattern than for another one.
type globReader struct {
	out strings.Builder
	// rest is what is still to be read.
	rest string
	// last is the byte before rest; begins is set while there is none.
	last   byte
	begins bool
	// path is set if "*", "?" and "[]" don't match a slash.
	path bool
}

// read is false for a pattern that nothing matches.
func (g *globReader) read() bool {
	for g.rest != "" {
		c := g.rest[0]
		before, begins := g.last, g.begins
		g.last, g.begins = c, false
		switch c {
		case '*':
			g.stars(begins || before == '/')
		case '?':
			g.rest = g.rest[1:]
			g.out.WriteString(g.any())
		case '[':
			set, ok := g.set()
			if !ok {
				return false
			}
			g.out.WriteString(set)
			g.last = ']'
		case '\\':
			if len(g.rest) == 1 {
				return false
			}
			g.literal(g.rest[1])
			g.rest = g.rest[2:]
		default:
			g.literal(c)
			g.rest = g.rest[1:]
		}
	}
	return true
}

func (g *globReader) literal(c byte) {
	g.last = c
	g.out.WriteString(regexp.QuoteMeta(string(rune(c))))
}

// any is one character.
func (g *globReader) any() string {
	if g.path {
		return `[^/]`
	}
	return `.`
}

// stars reads one or more stars. Two or more match slashes too if they are a name of the
// path by themselves.
func (g *globReader) stars(alone bool) {
	after := strings.TrimLeft(g.rest, "*")
	several := len(g.rest)-len(after) > 1
	g.rest = after
	switch {
	case !g.path || several && alone && (after == "" || strings.HasPrefix(after, `\/`)):
		g.out.WriteString(`.*`)
	case several && alone && after[0] == '/':
		g.out.WriteString(`(?:.*/)?`)
		g.rest, g.last = after[1:], '/'
	default:
		g.out.WriteString(`[^/]*`)
	}
}

// set reads a set such as [a-z], [!a] or [[:digit:]_]. It is false for one that is not
// closed or has an unknown class.
func (g *globReader) set() (string, bool) {
	rest := g.rest[1:]
	negated := strings.HasPrefix(rest, "!") || strings.HasPrefix(rest, "^")
	if negated {
		rest = rest[1:]
	}
	var has [256]bool
	from := -1 // the byte before, which may begin a range
	for first := true; first || rest == "" || rest[0] != ']'; first = false {
		item, length, ok := setItem(rest, from)
		if !ok {
			return "", false
		}
		for c := range has {
			has[c] = has[c] || item.has(byte(c))
		}
		from, rest = item.from, rest[length:]
	}
	g.rest = rest[1:]
	var out strings.Builder
	for c, in := range has {
		if in != negated && (c != '/' || !g.path) && c != 0 {
			fmt.Fprintf(&out, `\x%02x`, c)
		}
	}
	if out.Len() == 0 {
		return "", false
	}
	return "[" + out.String() + "]", true
}

// setMember is a part of a set.
type setMember struct {
	has func(c byte) bool
	// from is the byte that may begin a range; -1 if there is none.
	from int
}

// setItem reads what rest begins with, and how many bytes that is.
func setItem(rest string, from int) (item setMember, length int, ok bool) {
	c, length, ok := setByte(rest)
	switch {
	case !ok:
		return item, 0, false
	case rest[0] == '-' && from > 0 && len(rest) > 1 && rest[1] != ']':
		to, more, ok := setByte(rest[1:])
		return setMember{func(c byte) bool { return int(c) >= from && c <= to }, -1}, 1 + more, ok
	case strings.HasPrefix(rest, "[:"):
		end := strings.IndexByte(rest[2:], ']')
		if end < 0 {
			return item, 0, false
		}
		name, closed := strings.CutSuffix(rest[2:2+end], ":")
		if closed {
			class, known := setClasses[name]
			return setMember{class, -1}, 2 + end + 1, known
		}
	}
	return setMember{func(other byte) bool { return other == c }, int(c)}, length, true
}

// setByte is a byte of a set, which may stand after a "\".
func setByte(rest string) (c byte, length int, ok bool) {
	if rest == "" || rest == `\` {
		return 0, 0, false
	}
	if rest[0] == '\\' {
		return rest[1], 2, true
	}
	return rest[0], 1, true
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// setClasses are the classes of a set, in ASCII.
var setClasses = map[string]func(c byte) bool{
	"alpha":  isLetter,
	"digit":  isDigit,
	"alnum":  func(c byte) bool { return isLetter(c) || isDigit(c) },
	"lower":  func(c byte) bool { return c >= 'a' && c <= 'z' },
	"upper":  func(c byte) bool { return c >= 'A' && c <= 'Z' },
	"xdigit": func(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' },
	"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
	"space":  func(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' },
	"cntrl":  func(c byte) bool { return c < ' ' || c == 0x7f },
	"print":  func(c byte) bool { return c >= ' ' && c < 0x7f },
	"graph":  func(c byte) bool { return c > ' ' && c < 0x7f },
	"punct":  func(c byte) bool { return c > ' ' && c < 0x7f && !isLetter(c) && !isDigit(c) },
}
