package app

import (
	"path"
	"strconv"
	"strings"
)

// maxPathReads is how far an expression for a path is followed: names may be defined
// by each other in a circle.
const maxPathReads = 100

// folder is the folder that an expression such as BASE_DIR / "static" names, relative
// to the app's root. It is "" if the expression is not understood, or names a folder
// outside of the app.
func (p *project) folder(m *module, expr []token) string {
	e := pathReader{project: p, module: m, reads: new(int)}
	named, ok := e.read(expr)
	if !ok || strings.HasPrefix(named, "/..") {
		return ""
	}
	return strings.TrimPrefix(path.Join("/", named), "/")
}

// pathReader reads expressions of one module. A path that it returns begins with a
// slash, which is the app's root, or is relative and can be joined to another.
type pathReader struct {
	project *project
	module  *module
	reads   *int
}

// read reads a / b / c.
func (e pathReader) read(expr []token) (string, bool) {
	if *e.reads++; *e.reads > maxPathReads {
		return "", false
	}
	return e.joined(split(expr, "/"))
}

func (e pathReader) joined(parts [][]token) (string, bool) {
	all := ""
	for i, part := range parts {
		if len(part) == 0 {
			return "", false
		}
		next, ok := e.operand(part)
		if !ok || i > 0 && strings.HasPrefix(next, "/") {
			return "", false
		}
		all = path.Join(all, next)
	}
	return all, true
}

// operand reads one part of a path: a value, and the attributes and calls behind it.
func (e pathReader) operand(expr []token) (string, bool) {
	first := expr[0]
	switch {
	case first.is("("):
		inside, rest := bracketed(expr)
		value, ok := e.read(inside)
		return e.after(value, rest, ok && len(inside) > 0)
	case first.kind == tokenString:
		// An absolute path is not in the app, and escapes and fields are not understood.
		plain := !strings.ContainsAny(first.text, `\{`) && !strings.HasPrefix(first.text, "/")
		return e.after(first.text, expr[1:], plain)
	case first.kind != tokenName:
		return "", false
	}
	if value, rest, ok := e.called(expr); ok {
		return e.after(value, rest, true)
	}
	value, ok := e.named(first.text)
	return e.after(value, expr[1:], ok)
}

// called reads a call of a function that makes paths.
func (e pathReader) called(expr []token) (value string, rest []token, ok bool) {
	callee, rest := dotted(expr)
	if len(rest) == 0 || !rest[0].is("(") {
		return "", nil, false
	}
	inside, rest := bracketed(rest)
	if len(inside) == 0 {
		return "", nil, false
	}
	switch strings.TrimPrefix(strings.TrimPrefix(callee, "os."), "path.") {
	case "Path", "pathlib.Path", "str", "fspath", "join":
		value, ok = e.joined(split(inside, ","))
	case "abspath", "realpath", "normpath":
		value, ok = e.read(inside)
	case "dirname":
		value, ok = e.read(inside)
		value, ok = holder(value, ok)
	}
	return value, rest, ok
}

// named is a variable's value.
func (e pathReader) named(name string) (string, bool) {
	if name == "__file__" {
		return "/" + e.module.path, true
	}
	if bound := e.module.top.names[name]; len(bound) == 1 && bound[0].value != nil {
		return e.read(bound[0].value)
	}
	m, b, ok := e.project.setting(name)
	if !ok || m == e.module {
		return "", false
	}
	return pathReader{project: e.project, module: m, reads: e.reads}.read(b.value)
}

// after reads .parent, .parents[1], .resolve() and .joinpath("x").
func (e pathReader) after(value string, rest []token, ok bool) (string, bool) {
	for ok && len(rest) > 1 && rest[0].is(".") {
		attribute := rest[1].text
		rest = rest[2:]
		var inside []token
		if len(rest) > 0 && (rest[0].is("(") || rest[0].is("[")) {
			inside, rest = bracketed(rest)
		}
		value, ok = e.attribute(value, attribute, inside)
	}
	return value, ok && len(rest) == 0
}

func (e pathReader) attribute(value, attribute string, inside []token) (string, bool) {
	switch attribute {
	case "resolve", "absolute", "as_posix":
		return value, true
	case "parent":
		return holder(value, true)
	case "parents":
		if len(inside) != 1 {
			return "", false
		}
		n, err := strconv.Atoi(inside[0].text)
		ok := err == nil && n < maxPathReads
		for i := 0; ok && i <= n; i++ {
			value, ok = holder(value, ok)
		}
		return value, ok
	case "joinpath":
		next, ok := e.joined(split(inside, ","))
		return path.Join(value, next), ok && !strings.HasPrefix(next, "/")
	}
	return "", false
}

// holder is the folder that holds a path; ok is false above the app's root.
func holder(value string, ok bool) (string, bool) {
	if !ok || value == "/" || !strings.HasPrefix(value, "/") {
		return "", false
	}
	return path.Dir(value), true
}
