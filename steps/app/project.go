package app

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// ownProject is the Python project that the app's root is, if it is one that can be
// installed.
type ownProject struct {
	// file is what says so: "pyproject.toml".
	file string
	// name is normalised; "" if it can't be read.
	name string
	// scripts are the programs that its installation makes.
	scripts []string
	// plugins is a group of entry points that its installation registers; "" if there
	// is none.
	plugins string
}

// readOwnProject reads the root's pyproject.toml, setup.cfg and setup.py; nil if the root
// is no project, or says that it is none to install.
func (d *detection) readOwnProject() (*ownProject, error) {
	m, err := readPyproject(d.fsys, "pyproject.toml")
	if err != nil {
		return nil, err
	}
	p := &ownProject{file: "pyproject.toml", name: normalName(m.Project.Name + m.Tool.Poetry.Name)}
	if m.Project.Name != "" {
		p.name = normalName(m.Project.Name)
	}
	for _, scripts := range []map[string]string{m.Project.Scripts, m.Project.GUIScripts} {
		p.scripts = slices.AppendSeq(p.scripts, maps.Keys(scripts))
	}
	p.scripts = slices.AppendSeq(p.scripts, maps.Keys(m.Tool.Poetry.Scripts))
	for _, groups := range []map[string]map[string]any{m.Project.EntryPoints, m.Tool.Poetry.Plugins} {
		for _, group := range slices.Sorted(maps.Keys(groups)) {
			p.entryPoints(group, slices.Collect(maps.Keys(groups[group])))
		}
	}
	d.readSetup(p)
	slices.Sort(p.scripts)
	declined := m.Tool.UV.Package != nil && !*m.Tool.UV.Package || m.Tool.Poetry.PackageMode != nil && !*m.Tool.Poetry.PackageMode
	if declined || p.name == "" && len(m.BuildSystem) == 0 {
		return nil, nil
	}
	return p, nil
}

func (p *ownProject) entryPoints(group string, names []string) {
	switch {
	case group == "console_scripts" || group == "gui_scripts":
		p.scripts = append(p.scripts, names...)
	case group != "pytest11" && p.plugins == "":
		p.plugins = group
	}
}

// readSetup adds what setup.cfg and setup.py say, as far as it is written out there.
func (d *detection) readSetup(p *ownProject) {
	if cfg := readINI(d.fsys, "setup.cfg"); cfg != nil {
		if name := cfg["metadata"]["name"]; name != "" && p.name == "" {
			p.name, p.file = normalName(name), "setup.cfg"
		}
		for _, group := range slices.Sorted(maps.Keys(cfg["options.entry_points"])) {
			p.entryPoints(group, entryNames(strings.Split(cfg["options.entry_points"][group], "\n")))
		}
	}
	setup := readSetupPy(d.fsys, "setup.py")
	if setup == nil {
		return
	}
	if name := setup.text("name"); name != "" && p.name == "" {
		p.name, p.file = normalName(name), "setup.py"
	}
	group := ""
	for _, t := range setup.value("entry_points") {
		switch {
		case t.kind != tokenString:
		case strings.Contains(t.text, "\n"):
			for name, lines := range parseINI(t.text) {
				p.entryPoints(name, slices.Collect(maps.Keys(lines)))
			}
		case strings.Contains(t.text, "="):
			p.entryPoints(group, entryNames([]string{t.text}))
		default:
			group = t.text
		}
	}
}

// entryNames are the names in lines of the form "name = module:object".
func entryNames(lines []string) []string {
	var names []string
	for _, line := range lines {
		if name, _, ok := strings.Cut(line, "="); ok {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names
}

// ownProjects decides whether the app's own project is installed: only where something
// of the installation is used. A project that can't be built, and of which only the
// modules are used, must not stop a deployment.
func (d *detection) ownProjects() error {
	project, err := d.readOwnProject()
	if err != nil || project == nil {
		return err
	}
	if d.installsRoot() {
		d.preferOwnModules()
		return nil
	}
	why := d.usesOf(project)
	if why == "" {
		return nil
	}
	req := &d.found.Requirements
	req.Projects = append(req.Projects, ".")
	if req.Source == "" {
		req.Source = project.file
	}
	d.preferOwnModules()
	d.found.because("the project itself", "is installed", why)
	return nil
}

// preferOwnModules puts the project's folder of modules on the path: they are to be
// loaded from the release itself, beside which the app's data lies, and not from the
// copy that is installed.
func (d *detection) preferOwnModules() {
	if d.found.PythonPath != "" {
		return
	}
	for _, folder := range []string{"src", "lib"} {
		if d.src.folders[folder] && !d.src.isPackage(folder) {
			d.found.PythonPath = folder
			d.found.because("folder for imports", folder, "it has the project's modules")
			return
		}
	}
}

// installsRoot tells whether a requirement is the root already.
func (d *detection) installsRoot() bool {
	isRoot := func(requirement string) bool {
		requirement = strings.TrimPrefix(strings.TrimPrefix(requirement, "file:"), "//")
		place, _, _ := strings.Cut(requirement, "[")
		return path.Clean(strings.TrimSpace(place)) == "." && place != ""
	}
	req := d.found.Requirements
	if slices.ContainsFunc(req.Packages, isRoot) || slices.Contains(req.Projects, ".") {
		return true
	}
	read, err := readRequirements(d.fsys, req.Files)
	return err == nil && slices.ContainsFunc(read, func(f requirementFile) bool {
		return slices.ContainsFunc(f.lines, func(l requirementLine) bool {
			target, ok := option(l.text, "-e", "--editable")
			return isRoot(l.text) || ok && isRoot(target)
		})
	})
}

// usesOf says what of the project's installation the app uses, and where; "" if it uses
// nothing of it.
func (d *detection) usesOf(p *ownProject) string {
	for _, program := range d.programs() {
		if slices.Contains(p.scripts, program) {
			return fmt.Sprintf("%s makes the program %s, which a command runs", p.file, program)
		}
	}
	if p.plugins != "" {
		return p.file + " registers entry points of " + p.plugins
	}
	for _, m := range sorted(d.loaded()) {
		if line := m.asksForMetadata(p.name); line > 0 {
			return fmt.Sprintf("%s line %d asks for its metadata", m.path, line)
		}
	}
	for _, m := range sorted(d.loaded()) {
		for _, imp := range m.imports {
			if folder := d.elsewhere(m, imp); folder != "" {
				return fmt.Sprintf("%s line %d imports %s, which is in the folder %s", m.path, imp.line, imp.module, folder)
			}
		}
	}
	return ""
}

// programs are the first words of all that the app's commands run.
func (d *detection) programs() []string {
	f := d.found
	commands := append([]string{f.Command, f.Release, f.Build, f.TestCommand}, slices.Collect(maps.Values(f.Processes))...)
	var programs []string
	for _, command := range commands {
		file, err := parseShell(command)
		if err != nil {
			continue
		}
		syntax.Walk(file, func(n syntax.Node) bool {
			if call, ok := n.(*syntax.CallExpr); ok {
				programs = append(programs, programOf(call))
			}
			return true
		})
	}
	return programs
}

func programOf(call *syntax.CallExpr) string {
	words := unwrapped(plainWords(call))
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

// metadataCall is a call that asks for what is known of an installed distribution.
var metadataCall = regexp.MustCompile(`\b(?:version|metadata|distribution|requires|get_distribution|require)\(\s*(?:["']([A-Za-z0-9._-]+)["']|(__name__|__package__)[^)]*)\s*\)`)

// asksForMetadata returns the line on which a module asks for the project's metadata; 0
// if there is none.
func (m *module) asksForMetadata(project string) int {
	if !slices.ContainsFunc(m.imports, func(imp pyImport) bool {
		return strings.HasPrefix(imp.text(), "importlib.metadata") || imp.module == "importlib" || imp.module == "importlib_metadata" || imp.module == "pkg_resources"
	}) {
		return 0
	}
	for i, line := range strings.Split(m.parsed().text, "\n") {
		code, _, _ := strings.Cut(line, "#")
		for _, found := range metadataCall.FindAllStringSubmatch(code, -1) {
			if found[2] != "" || normalName(found[1]) == project {
				return i + 1
			}
		}
	}
	return 0
}

// elsewhere is the folder of the app in which an imported module is that no folder on
// the app's path has: it is found only if the project is installed.
func (d *detection) elsewhere(m *module, imp pyImport) string {
	top, _, _ := strings.Cut(imp.module, ".")
	if !d.isForeign(m, imp) || imp.optional {
		return ""
	}
	for _, folder := range slices.Sorted(maps.Keys(d.src.folders)) {
		if !strings.Contains(folder, "/") && !d.src.isPackage(folder) && !neverServed(folder+"/x.py") && d.src.moduleAt(folder, top) != nil {
			return folder
		}
	}
	return ""
}
