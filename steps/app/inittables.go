package app

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// initScript finds a script in the root that makes the tables, such as init_db.py: it is
// the app's own way to begin, and is run as initCommand's is.
func (d *detection) initScript() bool {
	loaded := d.loaded()
	for _, p := range d.src.paths {
		stem := strings.ToLower(strings.TrimSuffix(p, path.Ext(p)))
		m := d.src.modules[p]
		if !slices.Contains(initNames, stem) || loaded[p] != nil || m.unreadable != nil || m.mentions("sys.argv", "argparse") {
			continue
		}
		line := "python " + shellWord(p)
		if d.readsDatabaseURL() && !m.mentions("create_all") {
			d.found.warn(fmt.Sprintf("%s makes the tables; it is not run: once the app is deployed, type slipway run -- %s", p, line))
			return true
		}
		return d.first(line, p)
	}
	return false
}

// createAll makes the tables of Flask-SQLAlchemy's models where nothing in the source
// does: its author did it in a Python shell. It makes what is missing and drops nothing.
func (d *detection) createAll() bool {
	if d.found.Target == "" || !d.loadedImports("flask_sqlalchemy") || d.loadedImports("flask_migrate") {
		return false
	}
	if slices.ContainsFunc(d.src.paths, func(p string) bool { return !neverServed(p) && d.src.modules[p].mentions("create_all") }) {
		return false
	}
	module, object, ok := splitTarget(d.found.Target)
	if !ok || strings.ContainsAny(object, "'\"") {
		return false
	}
	holder, db, at := d.sqlAlchemy()
	if holder == "" {
		return false
	}
	name, _, _ := strings.Cut(object, "(")
	return d.first(fmt.Sprintf("python -c 'from %s import %s as made; from %s import %s as tables; made%s.app_context().push(); tables.create_all()'",
		module, name, holder, db, strings.TrimPrefix(object, name)), at)
}

// sqlAlchemy is the module and the name of the app's SQLAlchemy object, and its place; ""
// if there is none.
func (d *detection) sqlAlchemy() (module, name, at string) {
	for _, m := range sorted(d.loaded()) {
		for name, b := range m.parsed().top.bindings() {
			callee, rest := dotted(b.value)
			if len(rest) > 0 && rest[0].is("(") && d.src.externalName(m.parsed().top, callee) == "flask_sqlalchemy.SQLAlchemy" {
				_, dotted := d.src.target(m)
				return dotted, name, fmt.Sprintf("%s line %d", m.path, b.line)
			}
		}
	}
	return "", "", ""
}
