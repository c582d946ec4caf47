package app

import (
	"fmt"
	"slices"
	"strings"
)

// noteNeeds finds os.environ["NAME"], and env("NAME") or config("NAME") of
// django-environ and python-decouple, where they run when the file is loaded.
func (m *parsedFile) noteNeeds(s statement, in place) {
	if in.scope != m.top || in.main || in.optional {
		return
	}
	for i := range s.tokens {
		if s.tokens[i].kind != tokenName || i > 0 && s.tokens[i-1].is(".") {
			continue // A dotted name is read once, from its start.
		}
		m.noteDefaults(s.tokens[i:])
		name := subscriptedVariable(s.tokens[i:])
		if name == "" {
			name = calledVariable(s.tokens[i:])
		}
		if name != "" {
			m.needs = append(m.needs, Need{Name: name, Source: fmt.Sprintf("%s line %d", m.module.path, s.tokens[i].line)})
		}
	}
}

// maxArguments is how many tokens of a call's arguments are read: calls may be nested.
const maxArguments = 500

// subscriptedVariable returns NAME of os.environ["NAME"], unless it is assigned to.
func subscriptedVariable(tokens []token) string {
	callee, rest := dotted(tokens)
	if callee != "os.environ" && callee != "environ" || len(rest) < 3 || !rest[0].is("[") {
		return ""
	}
	key, after := bracketed(rest)
	if len(key) != 1 || key[0].kind != tokenString || len(after) > 0 && after[0].is("=") {
		return ""
	}
	return key[0].text
}

// calledVariable returns NAME of config("NAME") and env.str("NAME"), unless there is a
// default.
func calledVariable(tokens []token) string {
	callee, rest := dotted(tokens)
	function, kind, _ := strings.Cut(callee, ".")
	known := function == "config" && kind == "" || function == "env" && slices.Contains([]string{"", "str", "int", "bool", "list", "url", "db"}, kind)
	if !known || len(rest) < 3 || !rest[0].is("(") {
		return ""
	}
	inside, _ := bracketed(rest[:min(len(rest), maxArguments)])
	args := split(inside, ",")
	if len(args[0]) != 1 || args[0][0].kind != tokenString {
		return ""
	}
	for _, arg := range args[1:] {
		if len(arg) > 0 && !arg[0].is("cast") {
			return ""
		}
	}
	return args[0][0].text
}

// noteDefaults finds environ.Env(DEBUG=(bool, False)).
func (m *parsedFile) noteDefaults(tokens []token) {
	callee, rest := dotted(tokens)
	if callee != "environ.Env" && callee != "Env" || len(rest) == 0 || !rest[0].is("(") {
		return
	}
	inside, _ := bracketed(rest[:min(len(rest), maxArguments)])
	for _, arg := range split(inside, ",") {
		if len(arg) > 2 && arg[1].is("=") {
			if m.defaults == nil {
				m.defaults = map[string]bool{}
			}
			m.defaults[arg[0].text] = true
		}
	}
}

// needs collects the variables that are read when the app is loaded, each once.
func (d *detection) needs() {
	modules := sorted(d.loaded())
	defaults := map[string]bool{}
	for _, m := range modules {
		for name := range m.parsed().defaults {
			defaults[name] = true
		}
	}
	for _, m := range modules {
		for _, need := range m.parsed().needs {
			if !defaults[need.Name] && !suppliedVariables[need.Name] && environmentForm.MatchString(need.Name) {
				d.found.Needs = append(d.found.Needs, need)
				defaults[need.Name] = true
			}
		}
	}
}

// suppliedVariables are the variables that every process of an app has on a server.
var suppliedVariables = map[string]bool{"PORT": true, "HOME": true, "PATH": true, "STATE_DIRECTORY": true}
