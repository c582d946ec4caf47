package app

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// An expression in the source is read without running it. What it comes to is a set of
// texts: a name may be bound in two branches, and a default counts beside what a variable
// of the server would say. What is not understood comes to nothing.

const (
	// maxReads is how many expressions are read for one: names may be defined by each
	// other in a circle.
	maxReads = 300
	// maxTexts is how many texts one expression may come to.
	maxTexts = 8
	// maxExpression is how many tokens an expression may have, and maxPath how many bytes
	// a text that it comes to.
	maxExpression = 10_000
	// appRoot stands for the app's folder as an absolute path. No real path has it, and
	// what leads above it is known to be outside.
	appRoot = "/\x01/\x01/\x01/\x01/\x01/\x01/\x00"
)

// insideApp is a path relative to the app's root; ok is false for any other path. A
// path that is not absolute is relative to base.
func insideApp(text, base string) (name string, ok bool) {
	if !strings.HasPrefix(text, "/") {
		text = appRoot + "/" + base + "/" + text
	}
	text = path.Clean(text)
	if text == appRoot {
		return ".", true
	}
	return strings.CutPrefix(text, appRoot+"/")
}

// folderNamed is the folder that an expression such as BASE_DIR / "static" names, relative
// to the app's root. It is "" if the expression is not understood, or names a folder
// outside of the app.
func (d *detection) folderNamed(m *module, expr []token) string {
	texts := d.reader(m.parsed().top).texts(expr)
	if len(texts) != 1 {
		return ""
	}
	name, ok := insideApp(texts[0], "")
	if !ok || name == "." {
		return ""
	}
	return name
}

// expressions reads the expressions of one scope.
type expressions struct {
	d     *detection
	scope *scope
	reads *int
}

func (d *detection) reader(s *scope) expressions {
	return expressions{d: d, scope: s, reads: new(int)}
}

// in is a reader for another scope.
func (e expressions) in(s *scope) expressions {
	e.scope = s
	return e
}

// texts reads "a or b", "a if c else b", "a + b", "a % b" and "a / b".
func (e expressions) texts(expr []token) []string {
	if *e.reads++; *e.reads > maxReads || len(expr) == 0 || len(expr) > maxExpression {
		return nil
	}
	if whole := split(expr, "if"); len(whole) == 2 {
		if rest := split(whole[1], "else"); len(rest) == 2 {
			return union(e.texts(whole[0]), e.texts(rest[1]))
		}
		return nil
	}
	if parts := split(expr, "or"); len(parts) > 1 {
		var all []string
		for _, part := range parts {
			all = union(all, e.texts(part))
		}
		return all
	}
	for _, operator := range []struct {
		sign string
		join func(a, b string) string
	}{
		{"+", func(a, b string) string { return a + b }},
		{"%", func(a, b string) string { return strings.Replace(a, "%s", b, 1) }},
		{"/", joinPath},
	} {
		if parts := split(expr, operator.sign); len(parts) > 1 {
			return e.joined(parts, operator.join)
		}
	}
	return e.operand(expr)
}

// joinPath joins as os.path.join does.
func joinPath(a, b string) string {
	if strings.HasPrefix(b, "/") || a == "" {
		return b
	}
	return path.Join(a, b)
}

// joined reads all parts and joins them.
func (e expressions) joined(parts [][]token, join func(a, b string) string) []string {
	var all []string
	for i, part := range parts {
		texts := e.texts(part)
		if len(texts) == 0 {
			return nil
		}
		if i == 0 {
			all = texts
			continue
		}
		all = product(all, texts, join)
	}
	return all
}

func product(all, texts []string, join func(a, b string) string) []string {
	var out []string
	for _, a := range all {
		for _, b := range texts {
			out = union(out, []string{join(a, b)})
		}
	}
	return out
}

func union(a, b []string) []string {
	for _, text := range b {
		if !slices.Contains(a, text) && len(a) < maxTexts && len(text) <= maxPath {
			a = append(a, text)
		}
	}
	return a
}

// operand reads a value, and the attributes and calls behind it.
func (e expressions) operand(expr []token) []string {
	first := expr[0]
	switch {
	case first.is("("):
		inside, rest := bracketed(expr)
		return e.after(e.texts(inside), rest)
	case first.kind == tokenString:
		return e.strings(expr)
	case first.kind != tokenName:
		return nil
	}
	callee, rest := dotted(expr)
	if len(rest) > 0 && rest[0].is("(") {
		inside, after := bracketed(rest)
		args := split(inside, ",")
		if texts, known := e.call(callee, args); known {
			return e.after(texts, after)
		}
		if i := strings.LastIndexByte(callee, '.'); i > 0 {
			return e.after(e.method(e.named(callee[:i]), callee[i+1:], args), after)
		}
		return nil
	}
	if len(rest) > 0 && rest[0].is("[") {
		inside, after := bracketed(rest)
		if key, ok := onlyString(inside); ok && isConfig(callee) {
			return e.after(e.config(key), after)
		}
		if callee, ok := strings.CutSuffix(callee, ".parents"); ok {
			return e.after(parents(e.named(callee), inside), after)
		}
		return nil
	}
	return e.after(e.named(callee), rest)
}

func onlyString(tokens []token) (string, bool) {
	if len(tokens) != 1 || tokens[0].kind != tokenString {
		return "", false
	}
	return tokens[0].text, true
}

// strings reads "a" "b", f"{a}b" and "{}".format(a).
func (e expressions) strings(expr []token) []string {
	all := []string{""}
	for len(expr) > 0 && expr[0].kind == tokenString {
		text := expr[0].text
		expr = expr[1:]
		if strings.Contains(text, `\`) {
			return nil
		}
		var fields [][]token
		if len(expr) > 2 && expr[0].is(".") && expr[1].is("format") {
			inside, rest := bracketed(expr[2:])
			fields, expr = split(inside, ","), rest
		}
		all = product(all, e.formatted(text, fields), func(a, b string) string { return a + b })
	}
	return e.after(all, expr)
}

// formatted fills the fields of a string: with what is given, else each field is an
// expression.
func (e expressions) formatted(text string, given [][]token) []string {
	all := []string{""}
	concat := func(a, b string) string { return a + b }
	for {
		before, rest, found := strings.Cut(text, "{")
		all = product(all, []string{before}, concat)
		if !found {
			return all
		}
		field, after, closed := strings.Cut(rest, "}")
		if !closed {
			return nil
		}
		expr := formatField(field, given)
		if given != nil && field == "" && len(given) > 0 {
			given = given[1:]
		}
		texts := e.texts(expr)
		if len(texts) == 0 {
			return nil
		}
		all, text = product(all, texts, concat), after
	}
}

func formatField(field string, given [][]token) []token {
	if given == nil {
		tokens := tokenize(field)
		return tokens[:max(0, len(tokens)-1)] // without the end of the line
	}
	for i, arg := range given {
		if len(arg) > 2 && arg[1].is("=") && arg[0].text == field {
			return arg[2:]
		}
		if field == "" || field == strconv.Itoa(i) {
			return arg
		}
	}
	return nil
}

// after reads .parent, .parents[1], .resolve() and .joinpath("x").
func (e expressions) after(texts []string, rest []token) []string {
	for len(rest) > 0 {
		if len(texts) == 0 || len(rest) < 2 || !rest[0].is(".") {
			return nil
		}
		attribute := rest[1].text
		rest = rest[2:]
		var inside []token
		switch {
		case attribute == "parents" && len(rest) > 0 && rest[0].is("["):
			inside, rest = bracketed(rest)
			texts = parents(texts, inside)
		case len(rest) > 0 && rest[0].is("("):
			inside, rest = bracketed(rest)
			texts = e.method(texts, attribute, split(inside, ","))
		default:
			texts = attributeOf(texts, attribute)
		}
	}
	return texts
}

func attributeOf(texts []string, attribute string) []string {
	if attribute != "parent" {
		return nil
	}
	return mapped(texts, path.Dir)
}

func mapped(texts []string, change func(string) string) []string {
	var out []string
	for _, text := range texts {
		out = union(out, []string{change(text)})
	}
	return out
}

func parents(texts []string, inside []token) []string {
	if len(inside) != 1 {
		return nil
	}
	n, err := strconv.Atoi(inside[0].text)
	if err != nil || n > maxTexts {
		return nil
	}
	for range n + 1 {
		texts = mapped(texts, path.Dir)
	}
	return texts
}

// method is what a path's or a string's method returns.
func (e expressions) method(texts []string, name string, args [][]token) []string {
	switch name {
	case "resolve", "absolute":
		return mapped(texts, absolute)
	case "as_posix", "strip", "rstrip", "lower", "replace", "__str__":
		return texts
	case "joinpath":
		return e.joinedTo(texts, args)
	}
	return nil
}

func absolute(text string) string { return joinPath(appRoot, text) }

func (e expressions) joinedTo(texts []string, args [][]token) []string {
	for _, arg := range args {
		more := e.texts(arg)
		if len(more) == 0 {
			return nil
		}
		texts = product(texts, more, joinPath)
	}
	return texts
}
