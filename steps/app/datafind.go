package app

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// finder finds by reading what an app writes beside its code.
type finder struct {
	*detection
	kept []foundKept
	// relational is the folder to which Flask-SQLAlchemy's relative addresses of SQLite
	// databases belong; ok is false if the app has no Flask-SQLAlchemy.
	relational string
	ok         bool
	// loads are the modules that are loaded when the app is served, by path. What others
	// only write, and no library keeps, may be a script's.
	loads map[string]*module
	// moves are the functions whose relative paths belong to another folder.
	moves map[*scope]bool
}

// findData returns what the app's modules write to, as far as literal paths and simple
// joins tell.
func (d *detection) findData() []foundKept {
	f := &finder{detection: d, loads: d.loaded()}
	modules := f.sources()
	f.moves = moving(modules)
	f.collectConfigs(modules)
	f.relational, f.ok = d.flaskSQLAlchemy(modules)
	for _, m := range modules {
		for _, l := range m.parsed().lines {
			if !ofTests(l.scope) {
				f.line(l)
			}
		}
	}
	f.instance(modules)
	f.configured()
	f.djangoData()
	f.celeryBeat()
	f.pasteData()
	return f.kept
}

// sources are the modules whose files are kept: those of the app, its processes and its
// commands, and no tests. Of a Django project's settings only those that are served.
func (f *finder) sources() []*module {
	var out []*module
	for _, p := range f.src.paths {
		m := f.src.modules[p]
		base := path.Base(p)
		if neverServed(p) || strings.HasPrefix(base, "test") {
			continue
		}
		if f.served != nil && len(f.served.settings) > 0 && strings.Contains(p, "settings") && !slices.Contains(f.served.settings, m) {
			continue
		}
		out = append(out, m)
	}
	return out
}

// ofTests tells a scope in a class such as TestingConfig.
func ofTests(s *scope) bool {
	for ; s != nil; s = s.parent {
		if strings.Contains(strings.ToLower(s.name), "test") {
			return true
		}
	}
	return false
}

// line finds what one statement writes to.
func (f *finder) line(l line) {
	if len(l.tokens) == 1 || isTestName(l.tokens) {
		return // a text about the code, or a setting of its tests
	}
	for i, t := range l.tokens {
		switch {
		case t.kind == tokenString && (strings.HasPrefix(t.text, "sqlite:") || strings.HasPrefix(t.text, "sqlite+")):
			f.address(l, i)
		case t.kind == tokenString && t.text == "filename" && i+2 < len(l.tokens) && l.tokens[i+1].is(":"):
			if hasFileHandler(l.tokens) {
				f.keepFile(f.reader(l.scope).texts(upTo(l.tokens[i+2:])), "", l.at(i))
			}
		case t.kind == tokenName && (i == 0 || !l.tokens[i-1].is(".")):
			f.calls(l, i)
		case t.is("mkdir") && i > 1 && l.tokens[i-1].is(".") && f.isApp(l):
			f.keepFolder(f.reader(l.scope).texts(expressionBefore(l.tokens[:i-1])), false, l.at(i))
		}
	}
}

// isApp tells a line of a module that is loaded when the app is served. What a function
// writes that goes to another folder first is not beside the code.
func (f *finder) isApp(l line) bool {
	p := l.scope.module.path
	if f.loads[p] == nil || strings.Contains(p, "/commands/") || f.moves[l.scope] {
		return false
	}
	folder := path.Dir(p)
	return f.src.isPackage(folder) || !slices.ContainsFunc(strings.Split(folder, "/"), func(name string) bool { return neverStarted[name] })
}

// moving are the functions that change the folder of their process.
func moving(modules []*module) map[*scope]bool {
	moves := map[*scope]bool{}
	for _, m := range modules {
		if !m.traits.chdir {
			continue
		}
		for _, l := range m.parsed().lines {
			if callee, _ := dotted(l.tokens); callee == "os.chdir" && l.scope != l.scope.of.top {
				moves[l.scope] = true
			}
		}
	}
	return moves
}

func isTestName(tokens []token) bool {
	return tokens[0].kind == tokenName && strings.Contains(strings.ToLower(tokens[0].text), "test") && len(split(tokens, "=")) > 1
}

func hasFileHandler(tokens []token) bool {
	return slices.ContainsFunc(tokens, func(t token) bool { return t.kind == tokenString && strings.HasSuffix(t.text, "FileHandler") })
}

// at is where a token stands, for people.
func (l line) at(i int) string {
	return fmt.Sprintf("%s line %d", l.scope.module.path, l.tokens[i].line)
}

// expressionEnds are what ends an expression that stands among others.
var expressionEnds = []string{",", ":", "=", ")", "]", "}", "if", "else", "or", "and", "for", "in", "=="}

// upTo is the expression at the start of tokens.
func upTo(tokens []token) []token {
	depth := 0
	for i, t := range tokens {
		if depth == 0 && slices.ContainsFunc(expressionEnds, t.is) {
			return tokens[:i]
		}
		depth += nesting(t)
	}
	return tokens
}

// expressionBefore is the expression at the end of tokens.
func expressionBefore(tokens []token) []token {
	depth := 0
	for i, t := range slices.Backward(tokens) {
		depth -= nesting(t)
		if depth < 0 || depth == 0 && nesting(t) == 0 && slices.ContainsFunc(expressionEnds, t.is) {
			return tokens[i+1:]
		}
	}
	return tokens
}

// address finds the file of an SQLite database's address.
func (f *finder) address(l line, i int) {
	f.addresses(f.reader(l.scope).texts(upTo(l.tokens[i:])), l.at(i))
}

// addresses finds the files of those addresses that are SQLite's.
func (f *finder) addresses(texts []string, source string) {
	base := ""
	if f.ok {
		base = f.relational
	}
	for _, text := range texts {
		if name := sqliteFile(text); name != "" {
			f.keepDatabase([]string{name}, base, source)
		}
	}
}

// sqliteFile is the file of sqlite:///shop.db; "" if it is in memory, or only read.
func sqliteFile(address string) string {
	_, name, ok := strings.Cut(address, "://")
	if !ok || !strings.HasPrefix(address, "sqlite") {
		return ""
	}
	// Three slashes are before a relative path, four before an absolute one; Tortoise
	// writes two.
	return plainFile(strings.TrimPrefix(name, "/"))
}

// plainFile is the file that sqlite3.connect opens.
func plainFile(name string) string {
	if rest, isURI := strings.CutPrefix(name, "file:"); isURI {
		name = rest
	}
	name, query, _ := strings.Cut(name, "?")
	if strings.Contains(name, ":memory:") || strings.Contains(query, "mode=ro") || strings.Contains(query, "mode=memory") || strings.Contains(query, "immutable=1") {
		return ""
	}
	return name
}

// keepFile keeps a file. In a folder that has nothing but such files the folder is kept.
func (f *finder) keepFile(texts []string, base, source string) {
	for _, text := range texts {
		text = plainFile(text)
		if text == "" || strings.HasSuffix(text, "/") {
			continue
		}
		name, inside := insideApp(text, base)
		if !inside {
			f.outside(text, source, true)
			continue
		}
		k := foundKept{Kept: Kept{Path: name, File: true}, source: source}
		if info, err := fs.Stat(f.fsys, name); err == nil && info.IsDir() {
			continue
		}
		if folder := path.Dir(name); folder != "." && f.holdsOnly(folder, isWritten) {
			k.only, k.Kept = name, Kept{Path: folder}
		}
		f.keep(k)
	}
}

// keepFolder keeps a folder. Without a setting that says what it is for, it is kept only if
// the source has nothing in it that the app shows or reads.
func (f *finder) keepFolder(texts []string, certain bool, source string) {
	for _, text := range texts {
		name, inside := insideApp(text, "")
		if !inside {
			if !strings.HasPrefix(text, "/tmp") {
				f.outside(text, source, false)
			}
			continue
		}
		fits := isWritten
		if certain {
			fits = isNoPart
		}
		if f.holdsOnly(name, fits) {
			f.keep(foundKept{Kept: Kept{Path: name}, source: source})
		}
	}
}

// outside keeps what an absolute path names, if an app may have it.
func (f *finder) outside(text, source string, file bool) {
	text = path.Clean(text)
	if !strings.HasPrefix(text, "/") || strings.ContainsAny(text, "\x00\x01") {
		return
	}
	if k, why := outsideFolder(text); why == "" {
		k.File = k.Temporary() && file && k.Path == text
		f.keep(foundKept{Kept: k, source: source})
	}
}

func (f *finder) keep(k foundKept) {
	if keptForm.MatchString(k.Path) && fs.ValidPath(strings.TrimPrefix(k.Path, "/")) && k.Path != "." {
		f.kept = append(f.kept, k)
	}
}

// isWritten tells a file that an app writes, or one that only has a folder uploaded.
func isWritten(name string) bool {
	base := path.Base(name)
	return slices.Contains(databaseSuffixes, strings.ToLower(path.Ext(base))) || strings.HasPrefix(base, ".") ||
		strings.HasPrefix(strings.ToLower(base), "readme") || strings.HasSuffix(base, "-wal") || strings.HasSuffix(base, "-shm") || strings.HasSuffix(base, "-journal")
}

// isNoPart tells a file that is not a part of the app's own pages.
func isNoPart(name string) bool {
	return !slices.Contains([]string{".py", ".html", ".css", ".js", ".j2", ".ts"}, path.Ext(name))
}

// holdsOnly tells whether all files of a folder in the source fit; one that is not there
// has none.
func (f *finder) holdsOnly(folder string, fits func(string) bool) bool {
	if folder == "." {
		return false
	}
	only := true
	err := fs.WalkDir(f.fsys, folder, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !fits(name) {
			only = false
			return fs.SkipAll
		}
		return nil // what is not uploaded is not in the release
	})
	return err == nil && only
}
