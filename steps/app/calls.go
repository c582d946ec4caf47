package app

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// pyCall is a call of a function that may start a server or add a route.
type pyCall struct {
	// name is the dotted name as it is written; it begins with a dot for a method of
	// something that is no name, such as another call.
	name  string
	args  []token
	line  int
	scope *scope
	// main is set under if __name__ == "__main__".
	main bool
}

func (c *pyCall) last() string { return c.name[strings.LastIndexByte(c.name, '.')+1:] }

// servingNames are the last names of the calls that may start a server.
var servingNames = []string{
	"run", "serve", "listen", "launch", "run_app", "start", "app", "App", "servable", "curdoc", "quickstart", "make_server",
	"run_simple", "start_server", "TCPSite", "AppRunner", "HTTPServer", "ThreadingHTTPServer", "TCPServer", "ThreadingTCPServer", "WSGIServer",
	"Server", "listenTCP",
}

// noteCalls keeps the calls of a statement that may start a server or add a route.
func (m *parsedFile) noteCalls(s statement, in place) {
	for i, t := range s.tokens {
		if t.kind != tokenName || i+1 >= len(s.tokens) || !s.tokens[i+1].is("(") || !slices.Contains(servingNames, t.text) && !slices.Contains(routeCalls, t.text) {
			continue
		}
		start := i
		for start >= 2 && s.tokens[start-1].is(".") && s.tokens[start-2].kind == tokenName {
			start -= 2
		}
		call := pyCall{line: t.line, scope: in.scope, main: in.main}
		if start > 0 && s.tokens[start-1].is(".") {
			call.name = "."
		}
		var name strings.Builder
		for _, part := range s.tokens[start : i+1] {
			name.WriteString(part.text)
		}
		call.name += name.String()
		call.args, _ = bracketed(s.tokens[i+1:])
		m.calls = append(m.calls, call)
		if slices.Contains(servingNames, t.text) {
			m.noteServed(call)
		}
	}
}

// noteServed remembers a function whose result is served: run_app(make()), or app =
// make() and then run_app(app).
func (m *parsedFile) noteServed(call pyCall) {
	for _, arg := range split(call.args, ",") {
		if len(arg) == 1 && call.main {
			arg = m.guarded[arg[0].text]
		} else if len(arg) == 1 && len(call.scope.names[arg[0].text]) > 0 {
			arg = call.scope.names[arg[0].text][0].value
		}
		if len(arg) > 0 && arg[0].is("await") {
			arg = arg[1:]
		}
		name, rest := dotted(arg)
		if name == "" || strings.Contains(name, ".") || len(rest) == 0 || !rest[0].is("(") {
			continue
		}
		if _, after := bracketed(rest); len(after) == 0 {
			if m.served == nil {
				m.served = map[string]bool{}
			}
			m.served[name] = true
		}
	}
}

// noteStart finds main() and asyncio.run(main()) where they run when the file is loaded.
func (m *parsedFile) noteStart(s statement, in place) {
	name, rest := dotted(s.tokens)
	if in.scope != m.top || in.main || len(rest) == 0 || !rest[0].is("(") {
		return
	}
	own := slices.ContainsFunc(m.top.names[name], func(b binding) bool { return b.function != nil })
	m.starts = m.starts || own || name == "asyncio.run" || name == "anyio.run"
}

// call is the first call with this last name; nil if there is none.
func (m *module) call(last string) *pyCall {
	if last == "" || !m.traits.calls {
		return nil
	}
	calls := m.parsed().calls
	for i := range calls {
		if calls[i].last() == last {
			return &calls[i]
		}
	}
	return nil
}

// importLine is the line on which a module imports a library; 0 if it does not.
func (m *module) importLine(library string) int {
	for _, imp := range m.imports {
		top, _, _ := strings.Cut(imp.module, ".")
		if imp.level == 0 && top == library {
			return imp.line
		}
	}
	return 0
}

func (m *module) uses(library string) bool { return m.importLine(library) > 0 }

// externalName is the full name of what a dotted name stands for, if it was imported from
// outside of the app's folder; "" if not.
func (src *source) externalName(s *scope, name string) string {
	first, rest, _ := strings.Cut(name, ".")
	if first == "" {
		return ""
	}
	for ; s != nil; s = s.parent {
		for _, b := range s.names[first] {
			if b.imported != nil && src.local(s.module, *b.imported) == nil {
				return join(b.imported.module, strings.Trim(b.imported.name, "*"), rest)
			}
		}
	}
	return ""
}

// shellWord quotes a file's name for a line of shell.
func shellWord(word string) string {
	quoted, err := syntax.Quote(word, syntax.LangPOSIX)
	if err != nil {
		return word // A name with a control character: the command that it would make is refused.
	}
	return quoted
}
