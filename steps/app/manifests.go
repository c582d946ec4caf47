package app

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// manifestReaders read the lists of requirements that are neither requirements files nor
// locked, by file name. Each returns the zero Requirements if the file lists nothing.
var manifestReaders = map[string]func(d *detection, file string) (Requirements, error){
	"pyproject.toml":  (*detection).fromPyproject,
	"Pipfile":         (*detection).fromPipfile,
	"setup.cfg":       (*detection).fromSetupCfg,
	"setup.py":        (*detection).fromSetupPy,
	"environment.yml": (*detection).fromConda, "environment.yaml": (*detection).fromConda,
}

// manifestNames are the lists that a project has in its folder, the first that counts first.
var manifestNames = []string{"pyproject.toml", "Pipfile", "setup.cfg", "setup.py"}

// fromManifest reads the first list in the app's root that has something.
func (d *detection) fromManifest() (Requirements, error) {
	if req, err := d.firstManifest(""); err != nil || req.Source != "" {
		return req, err
	}
	if req, err := d.fromOtherFiles(); err != nil || req.Source != "" {
		return req, err
	}
	for _, file := range []string{"environment.yml", "environment.yaml"} {
		if d.exists(file) {
			return d.fromConda(file)
		}
	}
	return Requirements{}, nil
}

// firstManifest reads the first list in a folder that has something.
func (d *detection) firstManifest(folder string) (Requirements, error) {
	for _, name := range manifestNames {
		file := path.Join(folder, name)
		if !d.exists(file) || d.isLocked(file) {
			continue
		}
		if req, err := manifestReaders[name](d, file); err != nil || req.Source != "" {
			return req, err
		}
	}
	return Requirements{}, nil
}

// wish is a requirement in the form that Poetry and Pipenv share: a version, or a table.
type wish struct {
	file, name string
	table      map[string]any
	marker     string
	extras     []string
}

func (w wish) text(key string) string {
	text, _ := w.table[key].(string)
	return text
}

// add adds what the wish stands for.
func (w wish) add(d *detection, req *Requirements) error {
	front := w.name
	if len(w.extras) > 0 {
		front += "[" + strings.Join(w.extras, ",") + "]"
	}
	behind := ""
	if w.marker != "" {
		behind = " ; " + w.marker
	}
	if place := w.text("path") + localAddress(w.text("file")); place != "" {
		return w.addLocal(d, place, behind, req)
	}
	switch address := w.text("url") + w.text("file"); {
	case w.text("git") != "":
		ref := w.text("rev") + w.text("tag") + w.text("branch") + w.text("ref")
		if ref == "" {
			ref = "HEAD"
		}
		url, err := gitURL(w.file, w.name, w.text("git"), ref, w.text("subdirectory"))
		if err != nil {
			return err
		}
		front += " @ " + url
	case address != "":
		front += " @ " + address
	default:
		version, ok := versionRange(w.text("version"))
		if !ok {
			return appUsage(fmt.Sprintf("%s asks for %s %q, which can't be written as one range of versions", w.file, w.name, w.text("version")), "make its lock file (poetry lock or pipenv lock), or write one range")
		}
		front += version
	}
	req.Packages = append(req.Packages, front+behind)
	return nil
}

// localAddress is a file that is no address of the web.
func localAddress(file string) string {
	if strings.Contains(file, "://") {
		return ""
	}
	return file
}

func (w wish) addLocal(d *detection, place, behind string, req *Requirements) error {
	local, err := localFile(d.fsys, w.file, w.name, place)
	if err != nil {
		return err
	}
	switch {
	case isArchive(local):
		req.Packages = append(req.Packages, "./"+local+behind)
	case local == ".":
		req.Projects = append(req.Projects, local)
	default:
		req.Packages = append(req.Packages, "./"+local)
	}
	return nil
}

// fromPyproject reads what Poetry or a build's own settings list in a pyproject.toml.
func (d *detection) fromPyproject(file string) (Requirements, error) {
	project, err := readPyproject(d.fsys, file)
	if err != nil {
		return Requirements{}, err
	}
	if len(project.Project.Dependencies) > 0 {
		return d.withSources(file, project)
	}
	req := Requirements{Source: file}
	for _, name := range slices.Sorted(maps.Keys(project.Tool.Poetry.Dependencies)) {
		if normalName(name) == "python" {
			continue
		}
		for _, w := range poetryWishes(file, name, project.Tool.Poetry.Dependencies[name]) {
			if err := w.add(d, &req); err != nil {
				return Requirements{}, err
			}
		}
	}
	if len(req.Packages)+len(req.Projects) > 0 {
		slices.Sort(req.Packages)
		return req, nil
	}
	if slices.Contains(project.Project.Dynamic, "dependencies") {
		return d.fromDynamic(file, project)
	}
	return Requirements{}, nil
}

// poetryWishes are the wishes in a value of Poetry's: a version, a table, or a list of
// these. One that is optional is left out.
func poetryWishes(file, name string, value any) []wish {
	items, isList := value.([]any)
	if !isList {
		items = []any{value}
	}
	var wishes []wish
	for _, item := range items {
		table, isTable := item.(map[string]any)
		if !isTable {
			table = map[string]any{"version": item}
		}
		need := tableNeed(table)
		if need.optional {
			continue
		}
		wishes = append(wishes, wish{file: file, name: name, table: table, marker: need.marker, extras: need.extras})
	}
	return wishes
}

// fromDynamic reads dependencies that a build takes from elsewhere: setuptools' files and
// settings. What only the build knows is found out by the installation of the project.
func (d *detection) fromDynamic(file string, project pyproject) (Requirements, error) {
	files := stringsIn(project.Tool.Setuptools.Dynamic.Dependencies.File)
	if len(files) > 0 {
		return besideManifest(file, files), nil
	}
	if req, err := d.fromSetupCfg(sibling(file, "setup.cfg")); err != nil || req.Source != "" {
		return req, err
	}
	if req, err := d.fromSetupPy(sibling(file, "setup.py")); err != nil || req.Source != "" {
		return req, err
	}
	return projectOf(file), nil
}

// besideManifest are requirements files that a manifest names relative to its folder.
func besideManifest(manifest string, files []string) Requirements {
	for i := range files {
		files[i] = sibling(manifest, files[i])
	}
	return Requirements{Files: files, Source: files[0]}
}

// projectOf is the project of a manifest itself: its installation finds out what it needs.
func projectOf(manifest string) Requirements {
	folder := path.Dir(manifest)
	if folder != "." {
		folder = "./" + folder
	}
	return Requirements{Packages: []string{folder}, Source: manifest}
}

// stringsIn are the names in a string or a list of strings.
func stringsIn(value any) []string {
	switch v := value.(type) {
	case string:
		return strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' })
	case []any:
		var files []string
		for _, item := range v {
			files = append(files, stringsIn(item)...)
		}
		return files
	}
	return nil
}

// fromPipfile reads a Pipfile without a lock file.
func (d *detection) fromPipfile(file string) (Requirements, error) {
	document, err := readDocument(d.fsys, file)
	if err != nil {
		return Requirements{}, err
	}
	indexes := map[string]string{}
	sources, _ := document["source"].([]any)
	for _, s := range sources {
		if table, ok := s.(map[string]any); ok {
			w := wish{table: table}
			indexes[w.text("name")] = w.text("url")
			if indexes[""] == "" {
				indexes[""] = w.text("url")
			}
		}
	}
	packages, _ := document["packages"].(map[string]any)
	req := Requirements{Source: file}
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		w := wish{file: file, name: name, marker: pipfileMarker(name, packages)}
		var isTable bool
		if w.table, isTable = packages[name].(map[string]any); !isTable {
			w.table = map[string]any{"version": packages[name]}
		}
		if index := indexes[w.text("index")]; !isPublicIndex(index) {
			return Requirements{}, notInstallable(file, name, index)
		}
		w.extras = stringsIn(w.table["extras"])
		if err := w.add(d, &req); err != nil {
			return Requirements{}, err
		}
	}
	if len(req.Packages)+len(req.Projects) == 0 {
		return Requirements{}, nil
	}
	slices.Sort(req.Packages)
	return req, nil
}

// fromSetupCfg reads setuptools' install_requires.
func (d *detection) fromSetupCfg(file string) (Requirements, error) {
	options := readINI(d.fsys, file)["options"]
	d.wishPython(options["python_requires"], file)
	listed := strings.TrimSpace(options["install_requires"])
	if named, ok := strings.CutPrefix(listed, "file:"); ok {
		files := stringsIn(strings.ReplaceAll(named, "\n", " "))
		if len(files) == 0 {
			return Requirements{}, nil
		}
		return besideManifest(file, files), nil
	}
	return listedRequirements(strings.FieldsFunc(listed, func(r rune) bool { return r == '\n' }), file), nil
}

// fromSetupPy reads setup.py, as far as its install_requires is a plain list. Otherwise
// the installation of the project finds out what it needs.
func (d *detection) fromSetupPy(file string) (Requirements, error) {
	setup := readSetupPy(d.fsys, file)
	if setup == nil {
		return Requirements{}, nil
	}
	d.wishPython(setup.text("python_requires"), file)
	if setup.args["install_requires"] == nil {
		return Requirements{}, nil
	}
	if items, ok := setup.list("install_requires"); ok {
		return listedRequirements(items, file), nil
	}
	return projectOf(file), nil
}

func listedRequirements(items []string, file string) Requirements {
	req := Requirements{Source: file}
	for _, item := range items {
		item, _, _ = strings.Cut(item, "#")
		if item = strings.TrimSpace(item); item != "" {
			req.Packages = append(req.Packages, item)
		}
	}
	if len(req.Packages) == 0 {
		return Requirements{}
	}
	slices.Sort(req.Packages)
	return req
}

// wishPython notes the Python that a list of requirements asks for; it counts only if
// nothing else asks for one.
func (d *detection) wishPython(version, file string) {
	if version != "" && d.listedPython == "" {
		d.listedPython, d.listedPythonFrom = version, file
	}
}
