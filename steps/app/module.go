package app

// parsedFile is what matters of one Python file: what its names are bound to, and what it does.
// It is large, so it may be dropped and read again: module has what stays.
type parsedFile struct {
	module *module
	// top is the module level.
	top *scope
	// scopes is how many there are.
	scopes int
	// text is the source.
	text string
	// calls are calls that may start a server, and served the functions whose result is
	// given to one.
	calls  []pyCall
	served map[string]bool
	// starts is set if loading the file calls one of its functions, as "main()" does.
	starts bool
	// guarded are the values of names that are set only under if __name__ == "__main__".
	guarded map[string][]token
	// imports are all imports of the file, also those inside of functions.
	imports []pyImport
	// devServers are calls of app.run.
	devServers []devServer
	// debug is the line of the first DEBUG = True; 0 if there is none.
	debug int
	// settings is the value to which the file sets DJANGO_SETTINGS_MODULE.
	settings settingsChoice
	// hosts is the first list of hosts beside Django's, https what redirects to HTTPS.
	hosts hostSetting
	https Switch
	// commands are those of Flask's command line; addsCommands is set if the file adds
	// some that it has from elsewhere.
	commands     []appCommand
	addsCommands bool
	// sqlite is set if the URL of an SQLite database is in the file, databaseURL if it
	// reads a variable that may name another database.
	sqlite, databaseURL bool
	// tables are the statements that make tables if the file is run itself.
	tables []tablesMade
	// needs are the variables that it reads without a default when it is loaded.
	needs []Need
	// defaults are the variables for which it gives django-environ a default.
	defaults map[string]bool
	// lines are all statements and heads that are run when the file is not run itself.
	lines []line
}

// line is a statement, or the head of one, in its scope.
type line struct {
	tokens []token
	scope  *scope
}

// binding is what a name is bound to: one of the fields behind line is set.
type binding struct {
	line int
	// conditional is set below an if.
	conditional bool
	imported    *pyImport
	value       []token
	function    *function
	bases       [][]token
	class       bool
	// members is the body of the class.
	members *scope
}

type function struct {
	name       string
	needsArgs  bool
	async      bool
	returnType []token
	body       *scope
}

type devServer struct {
	line   int
	debug  bool
	onLoad bool // it starts when the file is loaded, not only under __main__
}

// place is where a statement is. optional and instead are as in pyImport.
type place struct {
	scope    *scope
	optional bool
	instead  []string
	// main is set under if __name__ == "__main__": gunicorn does not run that.
	main bool
	// conditional is set below any other if.
	conditional bool
}

func newScope(m *parsedFile, parent *scope) *scope {
	m.scopes++
	return &scope{module: m.module, of: m, parent: parent, number: m.scopes, names: map[string][]binding{}}
}

func (s *scope) bind(name string, b binding) {
	if _, known := s.names[name]; !known {
		s.order = append(s.order, name)
	}
	s.names[name] = append(s.names[name], b)
}

func (m *parsedFile) walk(stmts []statement, in place) {
	for i := 0; i < len(stmts); i++ {
		s := stmts[i]
		if !in.main {
			m.lines = append(m.lines, line{s.tokens, in.scope})
		}
		switch s.keyword() {
		case "":
			m.simple(s, in)
			m.noteCommand(s, stmts[i+1:])
		case "def":
			m.def(s, in)
		case "class":
			m.classDef(s, in)
		case "if":
			i += m.branches(stmts[i:], in) - 1
		case "try":
			i += m.tryBlock(stmts[i:], in) - 1
		default:
			m.with(s, in)
			m.walk(s.body, in)
		}
	}
}

// with reads "with value as name", and finds calls in the heads of blocks.
func (m *parsedFile) with(s statement, in place) {
	m.noteCalls(s, in)
	if s.keyword() != "with" || in.main {
		return
	}
	for _, part := range split(s.tokens[1:], ",") {
		if n := len(part); n > 2 && part[n-2].is("as") && part[n-1].kind == tokenName {
			in.scope.bind(part[n-1].text, binding{line: part[0].line, value: part[:n-2]})
		}
	}
}

// branches reads an if with its elif and else, and returns how many statements these
// are.
func (m *parsedFile) branches(stmts []statement, in place) int {
	first := in
	rest := in
	switch head := stmts[0]; {
	case head.mentions("TYPE_CHECKING") && !head.mentions("not"):
		first.optional = true
	case isMainGuard(head):
		first.main = true
	case head.mentions("version_info") || head.mentions("platform"):
		first.optional, rest.optional = true, true
	}
	first.conditional, rest.conditional = true, true
	m.walk(stmts[0].body, first)
	n := 1
	for n < len(stmts) && (stmts[n].keyword() == "elif" || stmts[n].keyword() == "else") {
		m.walk(stmts[n].body, rest)
		n++
	}
	return n
}

func isMainGuard(s statement) bool {
	if !s.mentions("__name__") {
		return false
	}
	for _, t := range s.tokens {
		if t.kind == tokenString && t.text == "__main__" {
			return true
		}
	}
	return false
}

// tryBlock reads a try with its handlers, and returns how many statements these are.
// Modules that are imported under a handler for ImportError may be missing; the
// handler imports what replaces them.
func (m *parsedFile) tryBlock(stmts []statement, in place) int {
	n := 1
	caught := false
	for n < len(stmts) && isTryPart(stmts[n]) {
		caught = caught || catchesImportError(stmts[n])
		n++
	}
	tried := in
	tried.optional = in.optional || caught
	before := len(m.imports)
	m.walk(stmts[0].body, tried)
	var names []string
	for _, imp := range m.imports[before:] {
		names = append(names, imp.module)
	}
	for _, part := range stmts[1:n] {
		handler := in
		if catchesImportError(part) {
			handler.instead = names
		}
		m.walk(part.body, handler)
	}
	return n
}

func isTryPart(s statement) bool {
	k := s.keyword()
	return k == "except" || k == "else" || k == "finally"
}

func catchesImportError(s statement) bool {
	if s.keyword() != "except" {
		return false
	}
	return len(s.tokens) == 1 || s.mentions("ImportError") || s.mentions("ModuleNotFoundError") ||
		s.mentions("Exception") || s.mentions("BaseException")
}

func (m *parsedFile) def(s statement, in place) {
	toks := s.tokens
	async := toks[0].is("async")
	if async {
		toks = toks[1:]
	}
	if len(toks) < 3 || toks[1].kind != tokenName || !toks[2].is("(") {
		m.walk(s.body, in)
		return
	}
	params, rest := bracketed(toks[2:])
	f := &function{name: toks[1].text, needsArgs: needsArgs(params), async: async, body: newScope(m, in.scope)}
	if len(rest) > 1 && rest[0].is("->") {
		f.returnType = rest[1:]
	}
	f.body.defaults = defaultsOf(params)
	in.scope.bind(f.name, binding{line: s.line(), function: f})
	in.scope = f.body
	m.walk(s.body, in)
}

// needsArgs tells whether a function can't be called as f().
func needsArgs(params []token) bool {
	for _, p := range split(params, ",") {
		if len(p) == 0 || p[0].is("*") || p[0].is("**") || p[0].is("/") {
			continue
		}
		if len(split(p, "=")) == 1 {
			return true
		}
	}
	return false
}

// defaultsOf are the defaults of a function's parameters.
func defaultsOf(params []token) map[string][]token {
	defaults := map[string][]token{}
	for _, p := range split(params, ",") {
		if parts := split(p, "="); len(parts) == 2 && len(parts[0]) > 0 {
			defaults[parts[0][0].text] = parts[1]
		}
	}
	return defaults
}

func (m *parsedFile) classDef(s statement, in place) {
	if len(s.tokens) < 2 || s.tokens[1].kind != tokenName {
		m.walk(s.body, in)
		return
	}
	b := binding{line: s.line(), class: true}
	if len(s.tokens) > 2 && s.tokens[2].is("(") {
		inside, _ := bracketed(s.tokens[2:])
		b.bases = split(inside, ",")
	}
	b.members = newScope(m, in.scope)
	b.members.class, b.members.name = true, s.tokens[1].text
	in.scope.bind(s.tokens[1].text, b)
	in.scope = b.members
	m.walk(s.body, in)
}

func (m *parsedFile) simple(s statement, in place) {
	switch {
	case s.tokens[0].is("import"):
		m.importModules(s, in)
	case s.tokens[0].is("from"):
		m.importNames(s, in)
	case s.tokens[0].is("return"):
		in.scope.returns = append(in.scope.returns, s.tokens[1:])
		m.noteCalls(s, in)
	default:
		m.assign(s, in)
		m.noteCalls(s, in)
		m.noteStart(s, in)
		m.noteRun(s, in)
		m.noteSettings(s)
		m.noteNeeds(s, in)
		m.noteHosts(s)
		m.noteHTTPS(s, in)
		m.noteSQLite(s)
		m.noteDatabaseURL(s)
	}
	m.noteTables(s, in)
}

// assign reads "a = b = value" and "a: T = value".
func (m *parsedFile) assign(s statement, in place) {
	parts := split(s.tokens, "=")
	if len(parts) < 2 {
		return
	}
	if in.main {
		if m.guarded == nil {
			m.guarded = map[string][]token{}
		}
		m.guarded[parts[0][0].text] = parts[1]
		return
	}
	value := parts[len(parts)-1]
	for _, target := range parts[:len(parts)-1] {
		if in.scope == m.top { // A class such as DevelopmentConfig may never be used.
			m.noteDebug(target, value)
		}
		if len(target) == 1 && target[0].kind == tokenName || len(target) > 2 && target[1].is(":") {
			in.scope.bind(target[0].text, binding{line: s.line(), value: value, conditional: in.conditional})
		}
		if class := in.scope.parent; class != nil && class.class && len(target) > 2 && target[0].is("self") && target[1].is(".") {
			if class.set == nil {
				class.set = map[string][]setting{}
			}
			class.set[target[2].text] = append(class.set[target[2].text], setting{value, in.scope})
		}
	}
}

// noteDebug finds DEBUG = True, app.debug = True and app.config["DEBUG"] = True.
func (m *parsedFile) noteDebug(target, value []token) {
	if m.debug != 0 || len(value) != 1 || !value[0].is("True") || len(target) == 0 {
		return
	}
	last := target[len(target)-1]
	if last.is("]") && len(target) > 2 {
		last = target[len(target)-2]
	}
	if last.text == "DEBUG" || last.text == "debug" && len(target) > 2 {
		m.debug = last.line
	}
}

// noteRun finds app.run(…), which starts the development server.
func (m *parsedFile) noteRun(s statement, in place) {
	name, rest := dotted(s.tokens)
	if len(rest) == 0 || !rest[0].is("(") || (name != "app.run" && name != "application.run") {
		return
	}
	run := devServer{line: s.line(), onLoad: !in.main && in.scope == m.top}
	args, _ := bracketed(rest)
	for _, arg := range split(args, ",") {
		if len(arg) == 3 && arg[0].is("debug") && arg[2].is("True") {
			run.debug = true
		}
	}
	m.devServers = append(m.devServers, run)
}
