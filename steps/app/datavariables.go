package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// givenDatabases refuses a variable of the deployment that names an SQLite database beside
// the code, unless that is kept: a release could not write to it. A variable is given on one
// run only, so it can't decide by itself what all releases keep.
func (d *detection) givenDatabases() error {
	for _, variable := range slices.Sorted(maps.Keys(d.settings.Variables)) {
		value := d.settings.Variables[variable]
		if !isSQLite(value) || !d.mentioned(variable) {
			continue
		}
		f := &finder{detection: d}
		f.relational, f.ok = d.flaskSQLAlchemy(f.sources())
		f.addresses([]string{value}, variable)
		for _, k := range f.kept {
			if d.keeps(k.Path) || d.checkKept(k.Kept) != nil {
				continue
			}
			next := fmt.Sprintf("set data = [%q]", k.Shown())
			if d.djangoMigrates != "" {
				next += fmt.Sprintf(" and release = %q", d.djangoMigrates)
			}
			lost := "which no release can write to"
			if k.Temporary() {
				lost = "which is gone whenever the app starts"
			}
			return appUsage(fmt.Sprintf("the variable %s names the SQLite database %s, %s, because it is not kept", variable, shownDatabase(k), lost),
				next+" under [app] in "+SettingsFile)
		}
	}
	return nil
}

// shownDatabase is the file for which something is kept.
func shownDatabase(k foundKept) string {
	if k.only != "" {
		return k.only
	}
	return k.Shown()
}

// mentioned tells whether the source has a variable's name.
func (d *detection) mentioned(variable string) bool {
	return slices.ContainsFunc(d.src.paths, func(p string) bool { return d.src.modules[p].mentions(variable) })
}

// keeps tells whether a path, or a folder around it, is kept.
func (d *detection) keeps(name string) bool {
	return slices.ContainsFunc(d.found.Data, func(k Kept) bool {
		return k.Path == name || !k.File && strings.HasPrefix(name, k.Path+"/")
	})
}
