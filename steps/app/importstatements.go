package app

import "strings"

// pyImport is "import module" or "from module import name".
type pyImport struct {
	line int
	// level is the number of leading dots.
	level  int
	module string
	// name is "" for "import module", "*" for all.
	name string
	// optional is set if the app handles the failure of the import.
	optional bool
	// instead are the modules whose absence leads to this import.
	instead []string
}

// text is the dotted name of what is imported, without leading dots.
func (i pyImport) text() string {
	if i.name == "" || i.name == "*" {
		return i.module
	}
	return strings.Trim(i.module+"."+i.name, ".")
}

func (m *parsedFile) add(imp pyImport, bound string, in place) {
	imp.optional = in.optional || in.main
	imp.instead = in.instead
	m.imports = append(m.imports, imp)
	if !in.main {
		in.scope.bind(bound, binding{line: imp.line, imported: &imp})
	}
}

// importModules reads "import a.b as c, d".
func (m *parsedFile) importModules(s statement, in place) {
	for _, part := range split(s.tokens[1:], ",") {
		name, rest := dotted(part)
		if name == "" {
			continue
		}
		imp := pyImport{line: part[0].line, module: name}
		if alias := aliasOf(rest); alias != "" {
			m.add(imp, alias, in)
			continue
		}
		first, _, _ := strings.Cut(name, ".")
		m.imports = append(m.imports, pyImport{line: imp.line, module: name, optional: in.optional || in.main, instead: in.instead})
		if !in.main {
			in.scope.bind(first, binding{line: imp.line, imported: &pyImport{line: imp.line, module: first}})
		}
	}
}

func aliasOf(rest []token) string {
	if len(rest) == 2 && rest[0].is("as") && rest[1].kind == tokenName {
		return rest[1].text
	}
	return ""
}

// importNames reads "from ..a.b import (c as d, e)".
func (m *parsedFile) importNames(s statement, in place) {
	toks := s.tokens[1:]
	imp := pyImport{line: s.line()}
	for len(toks) > 0 && (toks[0].is(".") || toks[0].is("...")) {
		imp.level += len(toks[0].text)
		toks = toks[1:]
	}
	if len(toks) == 0 {
		return
	}
	if !toks[0].is("import") {
		imp.module, toks = dotted(toks)
	}
	if len(toks) < 2 || !toks[0].is("import") || imp.module == "" && imp.level == 0 {
		return
	}
	toks = toks[1:]
	if toks[0].is("(") {
		toks, _ = bracketed(toks)
	}
	for _, part := range split(toks, ",") {
		m.importName(imp, part, in)
	}
}

func (m *parsedFile) importName(imp pyImport, part []token, in place) {
	if len(part) == 0 {
		return
	}
	if part[0].is("*") {
		imp.name = "*"
		m.add(imp, "*", in)
		return
	}
	if part[0].kind != tokenName {
		return
	}
	imp.name = part[0].text
	bound := imp.name
	if alias := aliasOf(part[1:]); alias != "" {
		bound = alias
	}
	m.add(imp, bound, in)
}
