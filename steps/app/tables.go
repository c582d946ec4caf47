package app

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// tablesMade is a statement under if __name__ == "__main__" that makes an app's tables.
type tablesMade struct {
	// text is the statement, and names what it needs of its module.
	text  string
	names []string
	line  int
	// missing is set if it makes only tables that are missing, by what the library says.
	missing bool
}

// makesTables are the usual names of an app's own function that makes its tables.
var makesTables = regexp.MustCompile(`^(init|initialize|create|setup|make)_?(the_)?(db|database|tables?|schema)$`)

// noteTables finds db.create_all() and init_db() where only python app.py runs them.
func (m *parsedFile) noteTables(s statement, in place) {
	if !in.main || in.scope != m.top {
		return
	}
	callee, rest := dotted(s.tokens)
	if len(rest) == 0 || !rest[0].is("(") {
		return
	}
	args, after := bracketed(rest)
	last := callee[strings.LastIndexByte(callee, '.')+1:]
	t := tablesMade{line: s.line(), missing: strings.HasSuffix(callee, ".create_all") || strings.HasSuffix(callee, ".create_tables")}
	if len(after) > 0 || !t.missing && (!makesTables.MatchString(last) || len(args) > 0) {
		return
	}
	first, _, _ := strings.Cut(callee, ".")
	t.names, t.text = []string{first}, callee+"("
	for i, a := range args {
		if a.kind != tokenName && a.kind != tokenOp || a.text == "" || strings.Trim(a.text, "()[],.=") != "" && a.kind == tokenOp {
			return
		}
		keyword := i+1 < len(args) && args[i+1].is("=")
		if a.kind == tokenName && !keyword && (i == 0 || !args[i-1].is(".")) && a.text != "True" && a.text != "False" && !slices.Contains(t.names, a.text) {
			t.names = append(t.names, a.text)
		}
		t.text += a.text
	}
	t.text += ")"
	m.tables = append(m.tables, t)
}

// guardedTables has a release make the tables that the app makes only if its file is run
// directly: those that are missing before each release, by the library's word. A function of
// the app's own may drop tables, so it is run only while there is no database.
func (d *detection) guardedTables() {
	if d.found.Release != "" || d.found.Init != "" || d.found.Command != "" {
		return
	}
	name, object, ok := splitTarget(d.found.Target)
	if !ok || d.src.modules[d.entry.path] == nil || strings.Contains(object, "(") {
		return
	}
	for _, t := range d.entry.parsed().tables {
		if slices.ContainsFunc(t.names, func(name string) bool { return len(d.entry.parsed().top.names[name]) == 0 }) {
			continue // It is bound only there, or by a star.
		}
		statements, names := t.text, t.names
		if d.found.Framework == Flask {
			statements = object + ".app_context().push(); " + statements
			if !slices.Contains(names, object) {
				names = append(slices.Clone(names), object)
			}
		}
		command := fmt.Sprintf("python -c 'from %s import %s; %s'", name, strings.Join(names, ", "), statements)
		source := fmt.Sprintf("%s line %d, which only a direct run of the file reaches", d.entry.path, t.line)
		if t.missing {
			d.found.Release = command
			d.found.because("release command", command, source)
			return
		}
		d.first(command, source)
		return
	}
}
