package app

import (
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
)

const (
	// maxSourceBytes is the size above which a Python file is data.
	maxSourceBytes = 2 << 20
	// maxEntries is how many files and folders an app may have.
	maxEntries = 500_000
)

// source is all Python source in the app's folder.
type source struct {
	fsys    fs.FS
	ignore  *ignoreRules
	modules map[string]*module // by path
	paths   []string           // sorted
	// folders has each folder with Python somewhere below it.
	folders map[string]bool
	// manifests are the files package.json, sorted.
	manifests []string
	// secrets are the environment files and keys, which are not uploaded.
	secrets []string
	// links are those that are uploaded.
	links symlinks
	// tokens is how many all modules have.
	tokens int
	// kept is how many those have that stay as they were read, words are those of imports.
	kept  int
	words words
	// changed is why a file could not be read once more.
	changed error
	// resolved keeps what names stand for. The entry of a name that is being resolved
	// is the zero entity, which ends circles.
	resolved map[question]entity
}

// readSource reads the folder's Python files that are not hidden. It reads only what is
// uploaded: nothing else can be run on the server. A link that leads out of the folder is
// a *providers.Usage.
func readSource(fsys fs.FS, ignore *ignoreRules) (*source, error) {
	src := &source{
		fsys: fsys, ignore: ignore, modules: map[string]*module{}, folders: map[string]bool{},
		links: symlinks{}, words: words{}, resolved: map[question]entity{},
	}
	entries := 0
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("the app's folder can't be read: %w", err)
		}
		if entries++; entries > maxEntries {
			return tooLarge(fmt.Sprintf("the folder holds more than %d files", maxEntries))
		}
		if entry.IsDir() {
			return src.enter(name)
		}
		return src.add(name, entry)
	})
	if err == nil {
		err = src.links.refuse()
	}
	if err != nil {
		return nil, err
	}
	sort.Strings(src.paths)
	return src, nil
}

func (src *source) enter(name string) error {
	if name == "." {
		return nil
	}
	v, err := src.judge(name, true)
	if err == nil && v != takes {
		return fs.SkipDir
	}
	return err
}

func (src *source) judge(name string, isDir bool) (verdict, error) {
	v, err := src.ignore.judge(src.fsys, name, isDir)
	if v == leavesSecret {
		src.secrets = append(src.secrets, withSlash(name, isDir))
	}
	return v, err
}

// isHidden tells a file or folder that is hidden or in a hidden folder.
func isHidden(name string) bool { return strings.Contains("/"+name, "/.") }

func (src *source) add(name string, entry fs.DirEntry) error {
	if v, err := src.judge(name, entry.IsDir()); v != takes || err != nil {
		return err
	}
	if entry.Type()&fs.ModeSymlink != 0 {
		if _, err := src.links.add(src.fsys, name); err != nil {
			return err
		}
	}
	if path.Base(name) == "package.json" && !isHidden(name) {
		src.manifests = append(src.manifests, name)
	}
	if path.Ext(name) != ".py" || isHidden(name) {
		return nil
	}
	info, err := fs.Stat(src.fsys, name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSourceBytes {
		return nil //nolint:nilerr // a link that leads nowhere, or no source
	}
	text, unreadable, err := src.text(name)
	if err != nil {
		return fmt.Errorf("%s can't be read: %w", name, err)
	}
	m, size := src.readModule(name, text, unreadable)
	if err := src.count(name, size); err != nil {
		return err
	}
	src.modules[name] = m
	src.paths = append(src.paths, name)
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		src.folders[dir] = true
	}
	return nil
}

// text is a file's source. unreadable is why Python can't read it; it may be a test's, so
// that matters only if the app loads it.
func (src *source) text(name string) (text string, unreadable, err error) {
	raw, err := readFile(src.fsys, name)
	if err != nil {
		return "", nil, err
	}
	decoded, unreadable := sourceText(raw)
	if unreadable != nil {
		decoded = raw
	}
	return string(decoded), unreadable, nil
}

func (src *source) isPackage(dir string) bool {
	return src.modules[path.Join(dir, "__init__.py")] != nil
}

// base returns the first folder above a module that is not a package. It must be on
// sys.path, so that the module's imports work. The root is "".
func (src *source) base(m *module) string {
	dir := path.Dir(m.path)
	for dir != "." && src.isPackage(dir) {
		dir = path.Dir(dir)
	}
	if dir == "." {
		return ""
	}
	return dir
}

// moduleAt returns the module with a dotted name below a folder, or nil.
func (src *source) moduleAt(base, name string) *module {
	file := path.Join(base, strings.ReplaceAll(name, ".", "/"))
	if m := src.modules[file+"/__init__.py"]; m != nil {
		return m
	}
	return src.modules[file+".py"]
}

// find returns the module that an absolute import in m names, or nil.
func (src *source) find(m *module, name string) *module {
	if name == "" {
		return nil
	}
	for _, base := range []string{src.base(m), ""} {
		if found := src.moduleAt(base, name); found != nil {
			return found
		}
	}
	return nil
}

// relative returns the file, without its ending, or the folder that a relative
// import names.
func relative(m *module, level int, name string) string {
	dir := path.Dir(m.path)
	for range level - 1 {
		dir = path.Dir(dir)
	}
	return path.Join(dir, strings.ReplaceAll(name, ".", "/"))
}

// local returns the module that imp names, or nil; for "from a import b" it is a.
func (src *source) local(m *module, imp pyImport) *module {
	if imp.level == 0 {
		return src.find(m, imp.module)
	}
	file := relative(m, imp.level, imp.module)
	if found := src.modules[path.Join(file, "__init__.py")]; found != nil {
		return found
	}
	return src.modules[file+".py"]
}

// localChild returns the module b of "from a import b", or nil.
func (src *source) localChild(m *module, imp pyImport) *module {
	if imp.name == "" || imp.name == "*" {
		return nil
	}
	imp.module = strings.TrimPrefix(imp.module+"."+imp.name, ".")
	return src.local(m, imp)
}

// loads returns the modules in the app's folder that m imports, with the packages that
// hold them.
func (src *source) loads(m *module) []*module {
	var out []*module
	take := func(found *module) {
		for found != nil && found != m {
			out = append(out, found)
			found = src.parentPackage(found)
		}
	}
	for _, imp := range m.imports {
		take(src.local(m, imp))
		take(src.localChild(m, imp))
	}
	return out
}

// parentPackage returns the package that holds m, or nil.
func (src *source) parentPackage(m *module) *module {
	dir := path.Dir(m.path)
	if path.Base(m.path) == "__init__.py" {
		if dir == "." {
			return nil // The root may be a package; what holds it is not the app's.
		}
		dir = path.Dir(dir)
	}
	return src.modules[path.Join(dir, "__init__.py")]
}

// reach returns the modules that are loaded when the given ones are, with these, by
// path.
func (src *source) reach(from ...*module) map[string]*module {
	seen := map[string]*module{}
	for len(from) > 0 {
		m := from[len(from)-1]
		from = from[:len(from)-1]
		if seen[m.path] != nil {
			continue
		}
		seen[m.path] = m
		if parent := src.parentPackage(m); parent != nil {
			from = append(from, parent)
		}
		from = append(from, src.loads(m)...)
	}
	return seen
}
