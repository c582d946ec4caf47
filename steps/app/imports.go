package app

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"
)

// stdlibText lists the modules of Python's standard library:
// sys.stdlib_module_names of Python 3.11, 3.12 and 3.13.
//
//go:embed stdlib.txt
var stdlibText string

// distributionsText says which distribution on PyPI has the module of an import. A
// distribution is installed for an import only if this list names it: anybody could
// have registered another one under the import's name.
//
//go:embed distributions.txt
var distributionsText string

var stdlib = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for name := range strings.FieldsSeq(stdlibText) {
		known[name] = true
	}
	return known
})

var distributions = sync.OnceValue(func() map[string]string {
	known := map[string]string{}
	for line := range strings.Lines(distributionsText) {
		fields := strings.Fields(line)
		if len(fields) == 2 && !strings.HasPrefix(line, "#") {
			known[fields[0]] = fields[1]
		}
	}
	return known
})

// distributionOf looks up the distribution of a dotted import, by the longest part
// that is known: "google.cloud.storage" before "google".
func distributionOf(name string) (string, bool) {
	for name != "" {
		if d, ok := distributions()[name]; ok {
			return d, true
		}
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			return "", false
		}
		name = name[:i]
	}
	return "", false
}

// loaded are the modules that are loaded when the app is served, by path. Django loads
// modules by names in its settings, and a command that names no module may do the
// same: for them it is all modules but those that are never served.
func (d *detection) loaded() map[string]*module {
	if d.entry != nil && d.found.Framework != Django {
		return d.src.reach(d.entry)
	}
	all := map[string]*module{}
	for p, m := range d.src.modules {
		if !neverServed(p) || strings.Contains(p, "migrations/") {
			all[p] = m
		}
	}
	return all
}

func sorted(modules map[string]*module) []*module {
	out := make([]*module, 0, len(modules))
	for _, m := range modules {
		out = append(out, m)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].path < out[j].path })
	return out
}

// fromImports finds out from the imports which packages to install.
func (d *detection) fromImports() (Requirements, error) {
	packages := map[string]bool{}
	for _, m := range sorted(d.loaded()) {
		if err := d.packagesOf(m, packages); err != nil {
			return Requirements{}, err
		}
	}
	req := Requirements{Source: "imports"}
	if d.entry != nil {
		req.Source = "imports in " + d.entry.path
	}
	for name := range packages {
		if name == crispyForms {
			name += d.crispyVersions()
		}
		req.Packages = append(req.Packages, name)
	}
	sort.Strings(req.Packages)
	if len(req.Packages) == 0 {
		return Requirements{}, nil
	}
	return req, nil
}

func (d *detection) packagesOf(m *module, packages map[string]bool) error {
	for _, imp := range m.imports {
		if !d.isForeign(m, imp) || imp.optional || !d.isReached(m, imp) {
			continue
		}
		name, ok := distributionOf(imp.text())
		if file := d.src.otherCase(m, imp); !ok && file != "" {
			return appUsage(fmt.Sprintf("%s line %d imports %s, and the file's name is %s", m.path, imp.line, imp.module, file), "write both in the same way: Python tells capital letters apart")
		}
		if !ok {
			return unknownImport(m, imp)
		}
		packages[name] = true
	}
	for _, installed := range m.djangoApps() {
		top, _, _ := strings.Cut(installed.text, ".")
		imp := pyImport{line: installed.line, module: top}
		if !d.isForeign(m, imp) {
			continue
		}
		name, ok := distributionOf(installed.text)
		if !ok {
			return unknownImport(m, imp)
		}
		packages[name] = true
	}
	return nil
}

const crispyForms = "django-crispy-forms"

// crispyVersions are the versions of django-crispy-forms that have the template pack of
// the settings: since 2 each pack is an app of its own.
func (d *detection) crispyVersions() string {
	for _, m := range sorted(d.loaded()) {
		pack := m.parsed().top.names["CRISPY_TEMPLATE_PACK"]
		if len(pack) == 0 || slices.ContainsFunc(m.djangoApps(), func(t token) bool { return strings.HasPrefix(t.text, "crispy_bootstrap") }) {
			continue
		}
		if hasString(pack[0].value, func(text string) bool { return text == "bootstrap" || text == "bootstrap3" || text == "bootstrap4" }) {
			return "<2"
		}
	}
	return ""
}

// isForeign tells an import that is neither in the app's folder nor in the standard
// library. As in Python, a folder without __init__.py counts only if nothing else has
// the name.
func (d *detection) isForeign(m *module, imp pyImport) bool {
	if imp.level > 0 {
		return false
	}
	top, _, _ := strings.Cut(imp.module, ".")
	bases := []string{d.src.base(m), d.found.PythonPath, ""}
	for _, base := range bases {
		if d.src.moduleAt(base, top) != nil {
			return false
		}
	}
	if stdlib()[top] {
		return false
	}
	if _, known := distributions()[top]; known {
		return true
	}
	for _, base := range bases {
		if d.src.folders[path.Join(base, top)] {
			return false
		}
	}
	return true
}

// isReached tells whether an import under "except ImportError" is ever tried: it is
// not if the import that it replaces always works.
func (d *detection) isReached(m *module, imp pyImport) bool {
	if imp.instead == nil {
		return true
	}
	for _, name := range imp.instead {
		if d.isForeign(m, pyImport{module: name}) {
			return true
		}
	}
	return false
}

func unknownImport(m *module, imp pyImport) error {
	return appUsage(fmt.Sprintf("%s line %d imports %s, and it is not known what has to be installed for it", m.path, imp.line, imp.module), "list what the app needs in requirements.txt, or name such a file with app.requirements in "+SettingsFile)
}

// djangoApps are the strings of INSTALLED_APPS: Django imports them.
func (m *module) djangoApps() []token {
	var out []token
	for _, b := range m.parsed().top.names["INSTALLED_APPS"] {
		for _, t := range b.value {
			if t.kind == tokenString && moduleForm.MatchString(t.text) {
				out = append(out, t)
			}
		}
	}
	return out
}

// DistributionOf is the distribution on PyPI that has the module of a dotted import. It is
// false for a module that the list of well-known ones does not name.
func DistributionOf(name string) (string, bool) { return distributionOf(name) }
