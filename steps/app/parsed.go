package app

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"weak"
)

// module is what is kept of a Python file for as long as the app is looked at.
type module struct {
	// path is the file, relative to the app's root.
	path string
	src  *source
	// imports are all imports of the file, also those inside of functions.
	imports []pyImport
	// unreadable is why Python can't read the file; nil if it can.
	unreadable error
	// sum tells whether the source is the same when it is read again.
	sum uint64
	// traits are what tells without another read that the file matters.
	traits traits
	// kept is the file as it was read, if there is room for it. last is how it was read
	// last, for as long as somebody uses that: then all see the same scopes.
	kept *parsedFile
	last weak.Pointer[parsedFile]
}

// traits are what a file may have.
type traits struct {
	// mayServe is set if one of its names may stand for an app, calls if it has a call that
	// may start a server or add a route.
	mayServe, calls bool
	// derives is set if it has a class that is made of others, chdir if it may change the
	// process's folder, instance if it may use Flask's instance folder.
	derives, chdir, instance bool
}

// traitsOf finds the traits of a file.
func traitsOf(m *parsedFile) traits {
	found := traits{mayServe: m.mayServe(), calls: len(m.calls) > 0}
	for _, b := range m.top.bindings() {
		found.derives = found.derives || b.class && len(b.bases) > 0
	}
	for _, l := range m.lines {
		for _, t := range l.tokens {
			found.chdir = found.chdir || t.is("chdir")
			found.instance = found.instance || t.is("instance_path") || t.is("open_instance_resource") || t.is("instance_relative_config")
		}
	}
	return found
}

const (
	// maxKept is how many words and signs files may have together that stay as they were
	// read. Those of most apps all do. Of a larger app the files after them are read again
	// by whatever looks at them, which takes longer, and no more memory than for a smaller
	// one.
	maxKept = 64 << 10
	// keptWith is how many words and signs take as much memory as what is kept of any file.
	keptWith = 30
)

// readModule reads a file's source for the first time. size is how many words and signs it
// has.
func (src *source) readModule(path, text string, unreadable error) (m *module, size int) {
	m = &module{path: path, src: src, unreadable: unreadable, sum: maphash.String(seed, text)}
	p, size := m.parse(text)
	m.imports = src.words.imports(p.imports)
	p.imports = m.imports
	m.traits = traitsOf(p)
	if cost := size + keptWith; src.kept+cost <= maxKept {
		src.kept += cost
		m.kept = p
	}
	return m, size
}

// parse reads a file's source.
func (m *module) parse(text string) (p *parsedFile, size int) {
	p = &parsedFile{module: m, text: text}
	p.top = newScope(p, nil)
	tokens := tokenize(text)
	p.walk(statements(tokens), place{scope: p.top})
	return p, len(tokens)
}

// seed is that of the sums of sources.
var seed = maphash.MakeSeed()

// parsed is the file as it is read, once more if it was not kept. If it changed meanwhile,
// Detect fails.
func (m *module) parsed() *parsedFile {
	if m.kept != nil {
		return m.kept
	}
	if p := m.last.Value(); p != nil {
		return p
	}
	text, _, err := m.src.text(m.path)
	switch {
	case err != nil:
		m.src.changed = cmp.Or(m.src.changed, fmt.Errorf("%s can't be read any more: %w", m.path, err))
	case maphash.String(seed, text) != m.sum:
		m.src.changed = cmp.Or(m.src.changed, fmt.Errorf("%s changed while it was read: run the same command again", m.path))
	}
	p, _ := m.parse(text)
	p.imports = m.imports
	m.last = weak.Make(p)
	return p
}

// mayServe tells whether one of the module's names may stand for an app.
func (m *parsedFile) mayServe() bool {
	for _, b := range m.top.bindings() {
		switch {
		case b.function != nil && m.isFactory(b.function),
			b.imported != nil && m.module.isEntry(),
			len(b.value) > 0 && b.value[0].kind == tokenName:
			return true
		}
	}
	return false
}

// words are the names in imports, each of them once: a part of a file's text would keep all
// of it.
type words map[string]string

func (w words) of(text string) string {
	known, ok := w[text]
	if !ok {
		known = string([]byte(text))
		w[known] = known
	}
	return known
}

func (w words) imports(all []pyImport) []pyImport {
	kept := slices.Clone(all)
	for i := range kept {
		kept[i].module, kept[i].name = w.of(kept[i].module), w.of(kept[i].name)
		kept[i].instead = slices.Clone(kept[i].instead)
		for j, name := range kept[i].instead {
			kept[i].instead[j] = w.of(name)
		}
	}
	return slices.Clip(kept)
}
