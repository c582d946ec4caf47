package app

import (
	"path"
	"regexp"
	"sort"
	"strings"
)

// target returns how gunicorn finds a module: the folder that must be on
// sys.path, and the dotted name below it.
func (src *source) target(m *module) (pythonPath, name string) {
	base := src.base(m)
	if base != "" && src.belongsToRoot(m) {
		base = ""
	}
	name = strings.TrimSuffix(m.path, ".py")
	if base != "" {
		name = strings.TrimPrefix(name, base+"/")
	}
	name = strings.TrimSuffix(name, "/__init__")
	return base, strings.ReplaceAll(name, "/", ".")
}

// belongsToRoot tells a module in a folder without __init__.py that is written to be
// loaded from the root as folder.module: it has relative imports, or imports what only
// the root has.
func (src *source) belongsToRoot(m *module) bool {
	base := src.base(m)
	if src.modules[path.Join(base, "manage.py")] != nil {
		return false
	}
	inFolder := path.Dir(m.path) == base
	for _, imp := range m.imports {
		if imp.level > 0 && inFolder {
			return true
		}
		if imp.level > 0 {
			continue
		}
		if src.has(base, imp) {
			continue
		}
		if src.has("", imp) {
			return true
		}
	}
	return false
}

// has tells whether a folder has the module of an absolute import.
func (src *source) has(base string, imp pyImport) bool {
	if src.moduleAt(base, imp.module) != nil {
		return true
	}
	return src.moduleAt(base, imp.text()) != nil
}

var targetForm = regexp.MustCompile(`^([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_][\w.]*)(\(.*\))?$`)

// splitTarget returns the module and the object of "module:object".
func splitTarget(target string) (name, object string, ok bool) {
	parts := targetForm.FindStringSubmatch(target)
	if parts == nil {
		return "", "", false
	}
	return parts[1], parts[2] + parts[3], true
}

// locate finds the module of a target that was given: in the root, in src, or in the
// only folder that has it. m is nil if there is none, or if there are several.
func (src *source) locate(name string) (pythonPath string, m *module) {
	for _, base := range []string{"", "src"} {
		if m := src.moduleAt(base, name); m != nil {
			return base, m
		}
	}
	folders := make([]string, 0, len(src.folders))
	for folder := range src.folders {
		folders = append(folders, folder)
	}
	sort.Strings(folders)
	for _, folder := range folders {
		found := src.moduleAt(folder, name)
		if found == nil || neverServed(found.path) {
			continue
		}
		if m != nil {
			return "", nil
		}
		pythonPath, m = folder, found
	}
	return pythonPath, m
}
