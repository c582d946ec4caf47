package app

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// pasteFile is a file of PasteDeploy, which says how a Pyramid app is made.
type pasteFile struct {
	name     string
	sections map[string]map[string]string
}

// pasteApps are the sections that make what is served, the outermost first.
var pasteApps = []string{"composite:main", "pipeline:main", "app:main"}

// serves tells whether the file makes an app.
func (f pasteFile) serves() bool {
	return slices.ContainsFunc(pasteApps, func(section string) bool { return f.sections[section] != nil })
}

// paste chooses the app of a Pyramid project, if a file for production, or the only one
// that is not for development, says how it is made.
func (d *detection) paste() bool {
	i := slices.IndexFunc(d.src.paths, func(p string) bool { return !neverServed(p) && d.src.modules[p].importsModule("pyramid") })
	if i < 0 {
		return false
	}
	file, ok := d.pasteFile()
	if !ok {
		return false
	}
	d.entry = d.src.modules[d.src.paths[i]]
	if m := d.pastePackage(file); m != nil {
		d.entry = m
	}
	d.pasted = file
	d.found.Framework, d.found.Server = "pyramid", WSGI
	d.found.Target, d.found.PythonPath = fmt.Sprintf("pyramid.paster:get_app(%q)", file.name), d.src.base(d.entry)
	d.found.because("web app", d.found.Target, file.name)
	d.found.because("framework", d.found.Framework, d.entry.path)
	return true
}

var plainINI = regexp.MustCompile(`^[A-Za-z0-9._-]+\.ini$`)

func (d *detection) pasteFile() (pasteFile, bool) {
	names, err := fs.Glob(d.fsys, "*.ini")
	if err != nil {
		return pasteFile{}, false
	}
	var files []pasteFile
	for _, name := range names {
		f := pasteFile{name, readINI(d.fsys, name)}
		if !plainINI.MatchString(name) || !f.serves() || strings.HasPrefix(name, "dev") || strings.HasPrefix(name, "test") {
			continue
		}
		if strings.HasPrefix(name, "prod") {
			return f, true
		}
		files = append(files, f)
	}
	if len(files) != 1 {
		return pasteFile{}, false
	}
	return files[0], true
}

// pastePackage is the package that "use = egg:shop#main" names; nil if it is not the app's.
func (d *detection) pastePackage(f pasteFile) *module {
	used, ok := strings.CutPrefix(f.sections["app:main"]["use"], "egg:")
	if !ok {
		return nil
	}
	name, _, _ := strings.Cut(strings.TrimSpace(used), "#")
	for _, base := range []string{"", "src"} {
		if m := d.src.moduleAt(base, strings.ReplaceAll(name, "-", "_")); m != nil {
			return m
		}
	}
	return nil
}

// pasteData keeps the SQLite databases that the file of PasteDeploy names; here is its
// folder, the app's root.
func (f *finder) pasteData() {
	for _, section := range slices.Sorted(maps.Keys(f.pasted.sections)) {
		for _, key := range slices.Sorted(maps.Keys(f.pasted.sections[section])) {
			if value := f.pasted.sections[section][key]; isSQLite(value) {
				f.addresses([]string{strings.ReplaceAll(value, "%(here)s", path.Clean(appRoot))}, fmt.Sprintf("%s in %s", key, f.pasted.name))
			}
		}
	}
}
