package app

import "strings"

// The scanner for Python source knows strings, comments, brackets, continued lines and
// indentation, but no expressions. It never fails: text that is not Python becomes
// tokens without a meaning.

type tokenKind int

const (
	tokenName tokenKind = iota
	tokenNumber
	tokenString // its text is the content between the quotes, with its escapes
	tokenOp
	tokenNewline // the end of a logical line
	tokenIndent
	tokenDedent
)

type token struct {
	kind tokenKind
	text string
	line int
}

func (t token) is(text string) bool {
	return (t.kind == tokenOp || t.kind == tokenName) && t.text == text
}

const (
	// maxIndents is how many levels of indentation Python allows.
	maxIndents = 100
	// maxBrackets is how many brackets Python allows in each other. What has more is no
	// Python: nothing is read from there on.
	maxBrackets = 200
	// maxStringDepth is how deep f-strings in f-strings are read; deeper ones are read
	// as plain strings.
	maxStringDepth = 20
)

type scanner struct {
	src     string
	pos     int
	line    int
	counted int // up to where the newlines are counted in line
	depth   int // open brackets
	indents []int
	tokens  []token
}

// tokenize reads source in time proportional to its length.
func tokenize(src string) []token {
	s := &scanner{src: strings.TrimPrefix(src, "\ufeff"), line: 1, indents: []int{0}}
	for s.pos < len(s.src) {
		if s.atLineStart() && s.depth == 0 {
			s.indentation()
			continue
		}
		s.next()
	}
	s.endLine()
	for range s.indents[1:] {
		s.add(tokenDedent, "")
	}
	return s.tokens
}

// atLineStart tells whether the next character is the first of a logical line.
func (s *scanner) atLineStart() bool {
	if s.pos > 0 && s.src[s.pos-1] != '\n' {
		return false
	}
	return len(s.tokens) == 0 || s.lastKind() > tokenOp
}

func (s *scanner) lastKind() tokenKind { return s.tokens[len(s.tokens)-1].kind }

func (s *scanner) add(kind tokenKind, text string) {
	s.tokens = append(s.tokens, token{kind: kind, text: text, line: s.line})
}

// endLine ends the logical line, if there is anything on it.
func (s *scanner) endLine() {
	if len(s.tokens) > 0 && s.lastKind() <= tokenOp {
		s.add(tokenNewline, "")
	}
}

// advance moves to end and keeps count of the lines.
func (s *scanner) advance(end int) {
	s.line += strings.Count(s.src[s.counted:end], "\n")
	s.pos, s.counted = end, end
}

// indentation reads the white space before a logical line. It skips lines that are
// empty or only a comment.
func (s *scanner) indentation() {
	width, i := 0, s.pos
loop:
	for ; i < len(s.src); i++ {
		switch s.src[i] {
		case ' ':
			width++
		case '\t':
			width += 8 - width%8
		case '\f':
			width = 0
		case '\r':
		default:
			break loop
		}
	}
	if i < len(s.src) && s.src[i] == '#' {
		i = s.lineEnd(i)
	}
	if i >= len(s.src) {
		s.advance(i)
		return
	}
	if s.src[i] == '\n' {
		s.advance(i + 1)
		return
	}
	s.advance(i)
	s.indent(width)
	s.next()
}

func (s *scanner) lineEnd(i int) int {
	if n := strings.IndexByte(s.src[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(s.src)
}

func (s *scanner) indent(width int) {
	top := s.indents[len(s.indents)-1]
	if width > top && len(s.indents) < maxIndents {
		s.indents = append(s.indents, width)
		s.add(tokenIndent, "")
		return
	}
	for width < top && len(s.indents) > 1 {
		s.indents = s.indents[:len(s.indents)-1]
		s.add(tokenDedent, "")
		top = s.indents[len(s.indents)-1]
	}
}

// next reads one token, or what stands between two.
func (s *scanner) next() {
	c := s.src[s.pos]
	switch {
	case c == '\n':
		if s.depth == 0 {
			s.endLine()
		}
		s.advance(s.pos + 1)
	case c == ' ' || c == '\t' || c == '\r' || c == '\f':
		s.advance(s.pos + 1)
	case c == '#':
		s.advance(s.lineEnd(s.pos))
	case c == '\\':
		s.continuation()
	case c == '"' || c == '\'':
		s.str(s.pos, "")
	case isNameByte(c) && !isDigit(c):
		s.name()
	case isDigit(c):
		s.number()
	default:
		s.op()
	}
}

// continuation reads a backslash; at the end of a line it joins two lines.
func (s *scanner) continuation() {
	rest := s.src[s.pos+1:]
	switch {
	case strings.HasPrefix(rest, "\r\n"):
		s.advance(s.pos + 3)
	case strings.HasPrefix(rest, "\n"):
		s.advance(s.pos + 2)
	default:
		s.advance(s.pos + 1)
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNameByte(c byte) bool {
	return c == '_' || c >= 0x80 || isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (s *scanner) name() {
	end := s.pos
	for end < len(s.src) && isNameByte(s.src[end]) {
		end++
	}
	text := s.src[s.pos:end]
	if end < len(s.src) && (s.src[end] == '"' || s.src[end] == '\'') && isStringPrefix(text) {
		s.str(end, text)
		return
	}
	s.add(tokenName, text)
	s.advance(end)
}

func isStringPrefix(text string) bool {
	return len(text) <= 2 && strings.Trim(strings.ToLower(text), "rbuft") == ""
}

func (s *scanner) number() {
	end := s.pos
	for end < len(s.src) && (isNameByte(s.src[end]) || s.src[end] == '.') {
		end++
	}
	s.add(tokenNumber, s.src[s.pos:end])
	s.advance(end)
}

var longOps = []string{
	"**=", "//=", ">>=", "<<=", "...",
	"->", ":=", "==", "!=", "<=", ">=", "**", "//", "<<", ">>",
	"+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=",
}

func (s *scanner) op() {
	rest := s.src[s.pos:]
	for _, op := range longOps {
		if strings.HasPrefix(rest, op) {
			s.add(tokenOp, op)
			s.advance(s.pos + len(op))
			return
		}
	}
	switch rest[0] {
	case '(', '[', '{':
		if s.depth++; s.depth > maxBrackets {
			s.advance(len(s.src))
			return
		}
	case ')', ']', '}':
		s.depth = max(0, s.depth-1)
	}
	s.add(tokenOp, rest[:1])
	s.advance(s.pos + 1)
}

// str reads a string whose first quote is at open.
func (s *scanner) str(open int, prefix string) {
	quote := quoteAt(s.src, open)
	start := open + len(quote)
	end := stringEnd(s.src, start, quote, isFormatted(prefix), 0)
	text := strings.TrimSuffix(s.src[start:end], quote)
	s.add(tokenString, text)
	s.advance(end)
}

func isFormatted(prefix string) bool { return strings.ContainsAny(prefix, "fFtT") }

func quoteAt(src string, i int) string {
	if i+3 <= len(src) && src[i+1] == src[i] && src[i+2] == src[i] {
		return src[i : i+3]
	}
	return src[i : i+1]
}

// stringEnd returns the index behind the closing quote of the string that starts at i.
// A string that is not closed ends with its line, or with the file.
func stringEnd(src string, i int, quote string, formatted bool, depth int) int {
	for i < len(src) {
		switch {
		case src[i] == '\\':
			i += 2
		case strings.HasPrefix(src[i:], quote):
			return i + len(quote)
		case src[i] == '\n' && len(quote) == 1:
			return i
		case formatted && strings.HasPrefix(src[i:], "{{"):
			i += 2
		case formatted && src[i] == '{' && depth < maxStringDepth:
			i = fieldEnd(src, i+1, quote, depth+1)
		default:
			i++
		}
	}
	return len(src)
}

// fieldEnd returns the index behind the closing brace of the f-string's replacement
// field that starts at i. Since Python 3.12 its expression may hold any string, even
// one in the same quotes.
func fieldEnd(src string, i int, quote string, depth int) int {
	brackets := 0
	for i < len(src) {
		switch c := src[i]; {
		case c == '\n' && len(quote) == 1 && brackets == 0:
			return i
		case c == '"' || c == '\'':
			inner := quoteAt(src, i)
			i = stringEnd(src, i+len(inner), inner, hasFormattedPrefix(src, i), depth)
			continue
		case c == '(' || c == '[' || c == '{':
			brackets++
		case c == '}' && brackets == 0:
			return i + 1
		case c == ')' || c == ']' || c == '}':
			brackets--
		case c == ':' && brackets <= 0:
			return specEnd(src, i+1, quote, depth)
		}
		i++
	}
	return len(src)
}

// specEnd does the same from behind the field's colon, where text is literal again.
func specEnd(src string, i int, quote string, depth int) int {
	for i < len(src) {
		switch {
		case strings.HasPrefix(src[i:], quote) || src[i] == '\n' && len(quote) == 1:
			return i
		case src[i] == '}':
			return i + 1
		case src[i] == '{' && depth < maxStringDepth:
			i = fieldEnd(src, i+1, quote, depth+1)
		default:
			i++
		}
	}
	return len(src)
}

// hasFormattedPrefix tells whether the string whose quote is at i is an
// f-string.
func hasFormattedPrefix(src string, i int) bool {
	start := i
	for start > 0 && i-start < 3 && isNameByte(src[start-1]) {
		start--
	}
	return i > start && isStringPrefix(src[start:i]) && isFormatted(src[start:i])
}
