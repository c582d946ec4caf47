package plan

import (
	"fmt"
	"maps"
	"regexp"
	"slipway/steps/app"
	"strings"
	"unicode"
	"unicode/utf8"
)

// dotenvLine is KEY=VALUE of an environment file.
type dotenvLine struct {
	key, value string
	// number is the line on which it begins.
	number int
}

// dotenvError is a line that can't be used. It shows no value.
type dotenvError struct {
	number     int
	what, next string
}

func (e *dotenvError) Error() string { return e.what }

// parseDotenv reads an environment file as python-dotenv does, by which apps read it at
// home: values in quotes may have several lines, and of variables only ${NAME} and
// ${NAME:-default} are replaced. known are the variables that are set already; the file's
// own count as well, from the line on which they are. python-dotenv takes an unknown
// variable as empty and leaves out a line that it can't read: here both are errors.
//
// No package for Go does this: they replace $NAME too, so that a password "a$7Q" arrives
// as "a".
func parseDotenv(text string, known map[string]string) ([]dotenvLine, error) {
	p := &dotenvParser{rest: text, number: 1, known: map[string]string{}}
	maps.Copy(p.known, known)
	var lines []dotenvLine
	for {
		p.skip(unicode.IsSpace)
		if p.rest == "" {
			return lines, nil
		}
		line, err := p.line()
		if err != nil {
			return nil, err
		}
		if line.key != "" {
			p.known[line.key] = line.value
			lines = append(lines, line)
		}
	}
}

type dotenvParser struct {
	rest   string
	number int
	known  map[string]string
}

// take removes n bytes from the rest and returns them.
func (p *dotenvParser) take(n int) string {
	taken := p.rest[:n]
	p.rest = p.rest[n:]
	p.number += strings.Count(taken, "\n")
	return taken
}

// skip takes the characters that is tells.
func (p *dotenvParser) skip(is func(rune) bool) string {
	end := strings.IndexFunc(p.rest, func(r rune) bool { return !is(r) })
	if end < 0 {
		end = len(p.rest)
	}
	return p.take(end)
}

func isBlank(r rune) bool { return unicode.IsSpace(r) && r != '\n' && r != '\r' }

var exportForm = regexp.MustCompile(`^export[\t\v\f \p{Zs}]+`)

func (p *dotenvParser) line() (dotenvLine, error) {
	line := dotenvLine{number: p.number}
	wrong := func(what string) (dotenvLine, error) {
		next := "write KEY=VALUE, with the value in quotes if it has a # or a quote in it"
		if strings.HasPrefix(what, usesUnset) {
			next = "set it on a line above, or write ${NAME:-default}"
		}
		return line, &dotenvError{line.number, what, next}
	}
	p.take(len(exportForm.FindString(p.rest)))
	if !strings.HasPrefix(p.rest, "#") {
		var ok bool
		if line.key, ok = p.key(); !ok {
			return wrong("has no name before its value")
		}
		p.skip(isBlank)
		if !strings.HasPrefix(p.rest, "=") {
			return wrong("is not of the form KEY=VALUE")
		}
		p.take(1)
		spaced := p.skip(isBlank) != ""
		if !spaced || !strings.HasPrefix(p.rest, "#") { // else the value is empty
			var what string
			if line.value, what = p.value(); what != "" {
				return wrong(what)
			}
		}
	}
	p.skip(isBlank)
	if strings.HasPrefix(p.rest, "#") {
		p.skip(func(r rune) bool { return r != '\n' })
	}
	if p.rest != "" && p.rest[0] != '\n' {
		return wrong("has text behind the quotes that end its value")
	}
	return line, nil
}

// key is a name, which may be in single quotes.
func (p *dotenvParser) key() (string, bool) {
	if strings.HasPrefix(p.rest, "'") {
		end := strings.IndexByte(p.rest[1:], '\'')
		if end < 1 {
			return "", false
		}
		return strings.Trim(p.take(end+2), "'"), true
	}
	key := p.skip(func(r rune) bool { return r != '=' && r != '#' && !unicode.IsSpace(r) })
	return key, key != ""
}

// commentForm matches a comment behind a value without quotes.
var commentForm = regexp.MustCompile(`[\s\p{Zs}]+#.*`)

// value reads a value; what is why it can't be used, or "".
func (p *dotenvParser) value() (value, what string) {
	quote := ""
	if p.rest != "" {
		quote = p.rest[:1]
	}
	switch quote {
	case "'", `"`:
		inside, ok := p.quoted(quote[0])
		if !ok {
			return "", "opens a quote that is not closed"
		}
		value = unescape(inside, quote[0])
	default:
		value = p.skip(func(r rune) bool { return r != '\n' && r != '\r' })
		value = strings.TrimRightFunc(commentForm.ReplaceAllString(value, ""), unicode.IsSpace)
	}
	return p.expand(value)
}

// quoted takes a quoted value; what follows a backslash never ends it.
func (p *dotenvParser) quoted(quote byte) (string, bool) {
	for i := 1; i < len(p.rest); i++ {
		switch p.rest[i] {
		case '\\':
			i++
		case quote:
			whole := p.take(i + 1)
			return whole[1:i], true
		}
	}
	return "", false
}

var (
	singleEscape = regexp.MustCompile(`\\[\\']`)
	doubleEscape = regexp.MustCompile(`\\[\\'"abfnrtv]`)
	escapes      = map[byte]string{'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v"}
)

func unescape(text string, quote byte) string {
	form := doubleEscape
	if quote == '\'' {
		form = singleEscape
	}
	return form.ReplaceAllStringFunc(text, func(escape string) string {
		if s, ok := escapes[escape[1]]; ok {
			return s
		}
		return escape[1:]
	})
}

var expansionForm = regexp.MustCompile(`\$\{([^}:]*)(:-([^}]*))?\}`)

// expand replaces ${NAME} and ${NAME:-default}. A value that others double line by line is
// given up as soon as it is longer than any variable may be.
func (p *dotenvParser) expand(value string) (expanded, what string) {
	size := 0
	expanded = expansionForm.ReplaceAllStringFunc(value, func(found string) string {
		if size > app.MaxWord {
			what = fmt.Sprintf("comes to more than the %d bytes that a variable may have", app.MaxWord)
			return ""
		}
		parts := expansionForm.FindStringSubmatch(found)
		size += len(p.known[parts[1]])
		known, ok := p.known[parts[1]]
		switch {
		case ok:
			return known
		case parts[2] != "":
			return parts[3]
		case what == "" && envKeyPattern.MatchString(parts[1]) && utf8.RuneCountInString(parts[1]) <= maxShownName:
			what = usesUnset + "${" + parts[1] + "}, which is not set"
		case what == "":
			what = usesUnset + "a variable that is not set"
		}
		return found
	})
	return expanded, what
}

// usesUnset begins what is wrong with a line that expands an unknown variable.
const usesUnset = "uses "

// maxShownName is how long a name may be that an error shows: a longer one may be a
// secret that only looks like one.
const maxShownName = 40
