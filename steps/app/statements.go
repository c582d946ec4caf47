package app

import "strings"

// statement is a simple statement, or a compound statement with its body.
type statement struct {
	// tokens are the statement, or the compound's head without its colon.
	tokens []token
	// body is nil for a simple statement.
	body  []statement
	block bool
}

func (s statement) line() int { return s.tokens[0].line }

// keyword returns the word with which a compound statement starts, "def" for
// an "async def", and "" for a simple statement.
func (s statement) keyword() string {
	if !s.block {
		return ""
	}
	if s.tokens[0].is("async") && len(s.tokens) > 1 {
		return s.tokens[1].text
	}
	return s.tokens[0].text
}

// mentions tells whether the name occurs in the statement or its head.
func (s statement) mentions(name string) bool {
	for _, t := range s.tokens {
		if t.kind == tokenName && t.text == name {
			return true
		}
	}
	return false
}

var compoundWords = map[string]bool{
	"if": true, "elif": true, "else": true, "try": true, "except": true, "finally": true,
	"for": true, "while": true, "with": true, "def": true, "class": true, "async": true,
}

// parse reads the statements of a file.
func parse(src string) []statement { return statements(tokenize(src)) }

// statements groups a file's tokens.
func statements(tokens []token) []statement {
	p := &parser{tokens: tokens}
	var all []statement
	for p.pos < len(p.tokens) {
		all = append(all, p.block()...)
		p.pos++ // A dedent too many.
	}
	return all
}

type parser struct {
	tokens []token
	pos    int
}

// block reads statements up to the dedent that ends them.
func (p *parser) block() []statement {
	var out []statement
	for p.pos < len(p.tokens) {
		switch p.tokens[p.pos].kind {
		case tokenDedent:
			return out
		case tokenIndent: // It is unexpected: its statements are read as part of this block.
			p.pos++
			out = append(out, p.block()...)
			p.pos++
		case tokenNewline:
			p.pos++
		default:
			out = append(out, p.logicalLine()...)
		}
	}
	return out
}

func (p *parser) logicalLine() []statement {
	start := p.pos
	for p.pos < len(p.tokens) && p.tokens[p.pos].kind <= tokenOp {
		p.pos++
	}
	line := p.tokens[start:p.pos]
	if p.pos < len(p.tokens) && p.tokens[p.pos].kind == tokenNewline {
		p.pos++
	}
	if p.pos < len(p.tokens) && p.tokens[p.pos].kind == tokenIndent {
		p.pos++
		body := p.block()
		p.pos++
		return []statement{{tokens: withoutColon(line), body: body, block: true}}
	}
	return oneLine(line)
}

func withoutColon(line []token) []token {
	if len(line) > 1 && line[len(line)-1].is(":") {
		return line[:len(line)-1]
	}
	return line
}

// oneLine reads "if x: y" and "a; b".
func oneLine(line []token) []statement {
	if !compoundWords[line[0].text] || line[0].kind != tokenName {
		return simple(line)
	}
	colon := headEnd(line)
	if colon < 1 {
		return simple(line)
	}
	return []statement{{tokens: line[:colon], body: simple(line[colon+1:]), block: true}}
}

func simple(line []token) []statement {
	var out []statement
	for _, part := range split(line, ";") {
		if len(part) > 0 {
			out = append(out, statement{tokens: part})
		}
	}
	return out
}

// headEnd returns the index of the colon that ends a compound's head, or -1.
func headEnd(line []token) int {
	depth, lambdas := 0, 0
	for i, t := range line {
		depth += nesting(t)
		switch {
		case depth == 0 && t.is("lambda"):
			lambdas++
		case depth == 0 && t.is(":") && lambdas > 0:
			lambdas--
		case depth == 0 && t.is(":"):
			return i
		}
	}
	return -1
}

func nesting(t token) int {
	if t.kind != tokenOp {
		return 0
	}
	switch t.text {
	case "(", "[", "{":
		return 1
	case ")", "]", "}":
		return -1
	}
	return 0
}

// split cuts tokens at each operator or word that is outside of brackets.
func split(tokens []token, at string) [][]token {
	var out [][]token
	depth, start := 0, 0
	for i, t := range tokens {
		depth += nesting(t)
		if depth == 0 && t.is(at) {
			out = append(out, tokens[start:i])
			start = i + 1
		}
	}
	return append(out, tokens[start:])
}

// dotted reads a dotted name at the start of tokens and returns what follows.
func dotted(tokens []token) (name string, rest []token) {
	var parts []string
	for len(tokens) > 0 && tokens[0].kind == tokenName {
		parts = append(parts, tokens[0].text)
		tokens = tokens[1:]
		if len(tokens) < 2 || !tokens[0].is(".") || tokens[1].kind != tokenName {
			break
		}
		tokens = tokens[1:]
	}
	return strings.Join(parts, "."), tokens
}

// bracketed returns what is in the brackets with which tokens start, and what follows
// them.
func bracketed(tokens []token) (inside, rest []token) {
	depth := 0
	for i, t := range tokens {
		depth += nesting(t)
		if depth == 0 {
			return tokens[1:i], tokens[i+1:]
		}
	}
	return nil, nil
}
