package app

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// requirements decides what is installed. It uses the first of these that exists: the
// file that slipway.toml names, requirements.txt, a lock file, pyproject.toml, a
// requirements.txt beside the app, the imports. An app with both requirements.txt and a
// lock file mostly has the first for servers; a reason says that it was chosen. A list
// in a form that can't be read is an error: the imports would give other versions.
func (d *detection) requirements() error {
	req, err := d.listed()
	if err != nil {
		return err
	}
	if req.Source == "" {
		if err := d.refuseUnread(); err != nil {
			return err
		}
		if req, err = d.fromImports(); err != nil {
			return err
		}
	}
	d.found.Named = d.namedInFiles(req.Files)
	d.found.Requirements = req
	if req.Source == "" {
		return nil
	}
	value := strings.Join(req.Packages, ", ")
	switch {
	case len(req.Files) > 0:
		value = strings.Join(req.Files, ", ")
	case req.Locked:
		value = fmt.Sprintf("%d packages in exact versions", len(req.Packages))
	}
	d.found.because("requirements", value, req.Source)
	if locks := d.lockFiles(); len(locks) > 0 && d.settings.Requirements == "" && !req.Locked {
		d.found.because("lock file not used", strings.Join(locks, ", "), req.Source+" comes first")
	}
	return nil
}

func (d *detection) listed() (Requirements, error) {
	if named := d.settings.Requirements; named != "" {
		return d.named(named)
	}
	if d.exists("requirements.txt") {
		return fileRequirements("requirements.txt"), nil
	}
	if req, err := d.fromLock(); err != nil || req.Source != "" {
		return req, err
	}
	project, err := readPyproject(d.fsys, "pyproject.toml")
	if err != nil {
		return Requirements{}, err
	}
	if len(project.Project.Dependencies) > 0 {
		return project.requirements("pyproject.toml"), nil
	}
	if file := d.besideApp(); file != "" {
		return fileRequirements(file), nil
	}
	return Requirements{}, nil
}

func fileRequirements(file string) Requirements {
	return Requirements{Files: []string{file}, Source: file}
}

func (d *detection) exists(file string) bool {
	info, err := fs.Stat(d.fsys, file)
	return err == nil && info.Mode().IsRegular()
}

// named uses the file that app.requirements names.
func (d *detection) named(file string) (Requirements, error) {
	if !d.exists(file) {
		return Requirements{}, appUsage(fmt.Sprintf("app.requirements names %s, which is not in %s", file, d.folder()), "correct app.requirements in "+SettingsFile+", or take the file out of .gitignore and "+IgnoreFile+" if it is named there")
	}
	if lockReaders[path.Base(file)] != nil {
		return d.lockRequirements(file)
	}
	if path.Ext(file) != ".toml" {
		return fileRequirements(file), nil
	}
	project, err := readPyproject(d.fsys, file)
	if err != nil {
		return Requirements{}, err
	}
	if len(project.Project.Dependencies) == 0 {
		return Requirements{}, appUsage(file+" lists no [project].dependencies", "name another file with app.requirements in "+SettingsFile)
	}
	return project.requirements(file), nil
}

// besideApp returns the requirements.txt in the app's own folder or in one above it.
func (d *detection) besideApp() string {
	if d.entry == nil {
		return ""
	}
	for dir := path.Dir(d.entry.path); dir != "."; dir = path.Dir(dir) {
		if file := path.Join(dir, "requirements.txt"); d.exists(file) {
			return file
		}
	}
	return ""
}

// refuseUnread is an error if the app lists what it needs in a form that can't be read.
func (d *detection) refuseUnread() error {
	var lists []string
	for _, file := range []string{"Pipfile", "environment.yml", "setup.cfg"} {
		if d.exists(file) && !d.isLocked(file) && (file != "setup.cfg" || d.mentions(file, "install_requires")) {
			lists = append(lists, file)
		}
	}
	if d.mentions("setup.py", "install_requires") {
		lists = append(lists, "setup.py")
	}
	project, err := readPyproject(d.fsys, "pyproject.toml")
	if err != nil {
		return err
	}
	if project.listsElsewhere() && !d.isLocked("pyproject.toml") {
		lists = append(lists, "pyproject.toml")
	}
	found, err := fs.Glob(d.fsys, "requirements/*.txt")
	if err != nil {
		return fmt.Errorf("the folder requirements can't be read: %w", err)
	}
	lists = append(lists, found...)
	if len(lists) == 0 {
		return nil
	}
	return unreadLists(lists, found)
}

// isLocked tells a manifest with a lock file. The lock file was read and has no
// packages.
func (d *detection) isLocked(manifest string) bool {
	if manifest == "Pipfile" {
		return d.exists("Pipfile.lock")
	}
	return manifest == "pyproject.toml" && (d.exists("uv.lock") || d.exists("poetry.lock"))
}

func unreadLists(lists, files []string) error {
	if len(files) > 0 {
		return appUsage("it is not clear which requirements file is for the server",
			fmt.Sprintf("set app.requirements = %q, or another one, in %s", files[len(files)-1], SettingsFile), lists...)
	}
	return appUsage("what the app needs is listed in a form that can't be installed as it is",
		"make its lock file (uv lock, poetry lock or pipenv lock), export it to requirements.txt, or name a requirements file with app.requirements in "+SettingsFile, lists...)
}

func (d *detection) mentions(file, word string) bool {
	text, err := readText(d.fsys, file)
	return err == nil && bytes.Contains(text, []byte(word))
}

// pyproject are the parts of a pyproject.toml that are used.
type pyproject struct {
	Project struct {
		Dependencies   []string `toml:"dependencies"`
		Dynamic        []string `toml:"dynamic"`
		RequiresPython string   `toml:"requires-python"`
	} `toml:"project"`
	Tool struct {
		Poetry struct {
			// Dependencies has the version of Python too, as "python".
			Dependencies map[string]any `toml:"dependencies"`
		} `toml:"poetry"`
	} `toml:"tool"`
}

func (p pyproject) requirements(file string) Requirements {
	packages := append([]string(nil), p.Project.Dependencies...)
	sort.Strings(packages)
	return Requirements{Packages: packages, Source: file}
}

// listsElsewhere tells a project whose dependencies are listed for another tool.
func (p pyproject) listsElsewhere() bool {
	if slices.Contains(p.Project.Dynamic, "dependencies") {
		return true
	}
	for name := range p.Tool.Poetry.Dependencies {
		if name != "python" {
			return true
		}
	}
	return false
}

func readPyproject(fsys fs.FS, file string) (pyproject, error) {
	var p pyproject
	text, err := readText(fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("%s can't be read: %w", file, err)
	}
	if err := toml.Unmarshal(text, &p); err != nil {
		return p, wrongTOML(file, err)
	}
	return p, nil
}

func wrongTOML(file string, err error) error {
	where := file
	if decode, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, _ := decode.Position()
		where = fmt.Sprintf("%s line %d", file, row)
	}
	return appUsage(fmt.Sprintf("%s: %s", where, strings.TrimPrefix(err.Error(), "toml: ")), "correct the file")
}
