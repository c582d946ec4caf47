package app

import (
	"fmt"
	"path"
	"sort"
	"strings"
)

// candidate is a name in a module that gunicorn could serve.
type candidate struct {
	module *module
	// object is "app" or "create_app()".
	object string
	line   int
	// origin is where the app is made: one app may have several names.
	origin string
	// whole is the target if it is not made of the module and the object.
	whole string
	constructor
}

func (c candidate) source() string { return fmt.Sprintf("%s line %d", c.module.path, c.line) }

// neverServedFolders are names of folders whose apps are never served.
var neverServedFolders = map[string]bool{
	"test": true, "tests": true, "testing": true, "doc": true, "docs": true,
	"example": true, "examples": true, "migrations": true, "build": true, "dist": true,
	"site-packages": true, "benchmark": true, "benchmarks": true, "alembic": true, "notebooks": true,
	"sample": true, "samples": true, "docs_src": true,
}

// neverServed tells files whose apps are never served: tests, docs, examples.
func neverServed(file string) bool {
	base := path.Base(file)
	if strings.HasPrefix(base, "test_") || strings.HasSuffix(base, "_test.py") || base == "conftest.py" || base == "setup.py" {
		return true
	}
	for folder := range strings.SplitSeq(path.Dir(file), "/") {
		if neverServedFolders[folder] {
			return true
		}
	}
	return false
}

// candidates returns what could be served: from each module one, or several if their
// names do not tell which is meant.
func (src *source) candidates() []candidate {
	r := &resolver{src: src}
	var out []candidate
	for _, p := range src.paths {
		if m := src.modules[p]; m.traits.mayServe && !neverServed(p) {
			out = append(out, r.inModule(m)...)
		}
	}
	return out
}

// isEntry tells modules that exist only to be served.
func (m *module) isEntry() bool {
	base := path.Base(m.path)
	return base == "wsgi.py" || base == "asgi.py"
}

func (r *resolver) inModule(m *module) []candidate {
	var apps, factories []candidate
	top := m.parsed().top
	for _, name := range top.order {
		for _, b := range top.names[name] {
			c, ok := r.candidate(m, name, b)
			if !ok {
				continue
			}
			if b.function != nil {
				factories = append(factories, c)
			} else {
				apps = append(apps, c)
			}
			break
		}
	}
	if len(apps) == 0 {
		apps = factories
	}
	return preferNames(m, withoutWrapped(m, apps))
}

func (r *resolver) candidate(m *module, name string, b binding) (candidate, bool) {
	c := candidate{module: m, object: name, line: b.line}
	switch {
	case b.function != nil && !b.function.needsArgs && m.parsed().isFactory(b.function):
		e := r.function(m.parsed().top, b.function)
		if e.makes == nil {
			return c, false
		}
		c.object, c.origin, c.constructor = name+"()", e.origin, *e.makes
		if b.function.async && c.framework == aiohttp {
			c.object = name // its worker awaits the function
		}
		return c, !b.function.async || c.framework == aiohttp
	case b.value != nil || b.imported != nil && m.isEntry():
		e := r.binding(m.parsed().top, name, "", b)
		if e.app == nil || e.holder != "" {
			return c, false
		}
		c.origin, c.constructor = e.origin, *e.app
		return c, true
	}
	return c, false
}

// isFactory tells a function that is there to make what is served: others may return an app
// too, and only the name that they are assigned to tells what it is for.
func (m *parsedFile) isFactory(f *function) bool { return factoryNames[f.name] || m.served[f.name] }

// preferNames chooses "app", else "application", if a module has one of them. In a
// module that exists only to be served, "application" comes first.
func preferNames(m *module, all []candidate) []candidate {
	order := []string{"app", "application"}
	if m.isEntry() {
		order = []string{"application", "app"}
	}
	for _, name := range order {
		for _, c := range all {
			if c.object == name {
				return []candidate{c}
			}
		}
	}
	return all
}

// reduce drops the candidates that are the same app as another one, or a part of it.
func (src *source) reduce(all []candidate) []candidate {
	all = entriesFirst(all)
	all = sameOrigin(all)
	return src.withRoutes(usualInRoot(src.notImported(all)))
}

// usualInRoot keeps only the app in the one file of the root that has a usual name, if
// there is exactly one: hello.py beside it is an exercise, app/main.py a part.
func usualInRoot(all []candidate) []candidate {
	var kept []candidate
	for _, c := range all {
		if !strings.Contains(c.module.path, "/") && c.rank() < len(usual) {
			kept = append(kept, c)
		}
	}
	if len(kept) == 1 {
		return kept
	}
	return all
}

// entriesFirst keeps only the candidates in a wsgi.py, or else in an asgi.py, if there
// are any.
func entriesFirst(all []candidate) []candidate {
	for _, base := range []string{"wsgi.py", "asgi.py"} {
		var kept []candidate
		for _, c := range all {
			if path.Base(c.module.path) == base {
				kept = append(kept, c)
			}
		}
		if len(kept) > 0 {
			return kept
		}
	}
	return all
}

// usual are the usual names of files that are run, the best first.
var usual = []string{"app.py", "main.py", "server.py", "application.py", "run.py"}

func (c candidate) rank() int {
	for i, name := range usual {
		if path.Base(c.module.path) == name {
			return i
		}
	}
	return len(usual)
}

// sameOrigin keeps one name of each app: an object rather than a factory, then the one
// highest in the tree, then the one in a file with a usual name.
func sameOrigin(all []candidate) []candidate {
	sorted := append([]candidate(nil), all...)
	sort.SliceStable(sorted, func(i, j int) bool { return better(sorted[i], sorted[j]) })
	seen := map[string]bool{}
	var kept []candidate
	for _, c := range sorted {
		if !seen[c.origin] {
			seen[c.origin] = true
			kept = append(kept, c)
		}
	}
	return kept
}

func better(a, b candidate) bool {
	if af, bf := strings.HasSuffix(a.object, "()"), strings.HasSuffix(b.object, "()"); af != bf {
		return bf
	}
	if ad, bd := strings.Count(a.module.path, "/"), strings.Count(b.module.path, "/"); ad != bd {
		return ad < bd
	}
	if a.rank() != b.rank() {
		return a.rank() < b.rank()
	}
	return a.module.path < b.module.path
}

// notImported drops an app whose module is loaded by another candidate's module: it
// is mounted or wrapped there. If two modules load each other, both stay.
func (src *source) notImported(all []candidate) []candidate {
	reached := map[string]map[string]*module{}
	for _, c := range all {
		if reached[c.module.path] == nil {
			reached[c.module.path] = src.reach(c.module)
		}
	}
	var kept []candidate
	for _, c := range all {
		if !loadedByOther(c, all, reached) {
			kept = append(kept, c)
		}
	}
	return kept
}

func loadedByOther(c candidate, all []candidate, reached map[string]map[string]*module) bool {
	for _, other := range all {
		if other.module == c.module {
			continue
		}
		if reached[other.module.path][c.module.path] != nil && reached[c.module.path][other.module.path] == nil {
			return true
		}
	}
	return false
}

// factoryWithArgs returns a factory that can't be called without arguments, for the
// error; m is nil if there is none.
func (src *source) factoryWithArgs() (m *module, name string, line int) {
	r := &resolver{src: src}
	for _, p := range src.paths {
		m := src.modules[p]
		if neverServed(p) || !m.traits.mayServe {
			continue
		}
		for name, b := range m.parsed().top.bindings() {
			if b.function != nil && b.function.needsArgs && m.parsed().isFactory(b.function) && r.function(m.parsed().top, b.function).makes != nil {
				return m, name, b.line
			}
		}
	}
	return nil, "", 0
}
