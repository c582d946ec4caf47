package app

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// requirements decides what is installed. It uses the first of these that exists: the
// file that slipway.toml names, requirements.txt, a lock file, pyproject.toml, a list
// beside the app, another tool's list, the imports. An app with both requirements.txt and a
// lock file mostly has the first for servers; a reason says that it was chosen. A list
// in a form that can't be read is an error: the imports would give other versions.
func (d *detection) requirements() error {
	req, err := d.listed()
	if err != nil {
		return err
	}
	if req.Source == "" {
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
	if locks := d.lockFiles("."); len(locks) > 0 && d.settings.Requirements == "" && !req.Locked {
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
	if req, err := d.fromLock("."); err != nil || req.Source != "" {
		return req, err
	}
	project, err := readPyproject(d.fsys, "pyproject.toml")
	if err != nil {
		return Requirements{}, err
	}
	if len(project.Project.Dependencies) > 0 {
		return d.withSources("pyproject.toml", project)
	}
	if req, err := d.besideApp(); err != nil || req.Source != "" {
		return req, err
	}
	return d.fromManifest()
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
	read := manifestReaders[path.Base(file)]
	if path.Ext(file) == ".toml" {
		read = (*detection).fromPyproject
	}
	if read == nil {
		return fileRequirements(file), nil
	}
	req, err := read(d, file)
	if err == nil && req.Source == "" {
		err = appUsage(file+" lists no packages", "name another file with app.requirements in "+SettingsFile)
	}
	return req, err
}

// besideApp reads the list in the app's own folder, or in the nearest one above it that
// has any. The root is not among these folders.
func (d *detection) besideApp() (Requirements, error) {
	for _, folder := range d.foldersOfEntry() {
		if file := path.Join(folder, "requirements.txt"); d.exists(file) {
			return fileRequirements(file), nil
		}
		if req, err := d.fromLock(folder); err != nil || req.Source != "" {
			return req, err
		}
		if req, err := d.firstManifest(folder); err != nil || req.Source != "" {
			return req, err
		}
	}
	return Requirements{}, nil
}

// foldersOfEntry are the folder of the served module and those above it, without the root.
func (d *detection) foldersOfEntry() []string {
	if d.entry == nil {
		return nil
	}
	var folders []string
	for dir := path.Dir(d.entry.path); dir != "."; dir = path.Dir(dir) {
		folders = append(folders, dir)
	}
	return folders
}

// isLocked tells a manifest with a lock file. The lock file was read and has no
// packages.
func (d *detection) isLocked(manifest string) bool {
	switch path.Base(manifest) {
	case "Pipfile":
		return d.exists(sibling(manifest, "Pipfile.lock"))
	case "pyproject.toml":
		return d.exists(sibling(manifest, "uv.lock")) || d.exists(sibling(manifest, "poetry.lock"))
	}
	return false
}

// pyproject are the parts of a pyproject.toml that are used.
type pyproject struct {
	BuildSystem map[string]any `toml:"build-system"`
	Project     struct {
		Name           string                    `toml:"name"`
		Dependencies   []string                  `toml:"dependencies"`
		Dynamic        []string                  `toml:"dynamic"`
		RequiresPython string                    `toml:"requires-python"`
		Scripts        map[string]string         `toml:"scripts"`
		GUIScripts     map[string]string         `toml:"gui-scripts"`
		EntryPoints    map[string]map[string]any `toml:"entry-points"`
	} `toml:"project"`
	Tool struct {
		Poetry struct {
			Name string `toml:"name"`
			// Dependencies has the version of Python too, as "python".
			Dependencies map[string]any            `toml:"dependencies"`
			PackageMode  *bool                     `toml:"package-mode"`
			Scripts      map[string]any            `toml:"scripts"`
			Plugins      map[string]map[string]any `toml:"plugins"`
		} `toml:"poetry"`
		UV struct {
			Package *bool `toml:"package"`
			// Sources say where packages come from that are not in the index.
			Sources   map[string]any `toml:"sources"`
			Workspace struct {
				Members []string `toml:"members"`
			} `toml:"workspace"`
		} `toml:"uv"`
		Setuptools struct {
			Dynamic struct {
				Dependencies struct {
					// File is a requirements file, or a list of them.
					File any `toml:"file"`
				} `toml:"dependencies"`
			} `toml:"dynamic"`
		} `toml:"setuptools"`
	} `toml:"tool"`
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
