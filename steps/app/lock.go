package app

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// locked is the content of a lock file.
type locked struct {
	pins []pin
	// projects are folders of the app's own projects, relative to its root, that are
	// installed without what they depend on: that is among the pins.
	projects []string
	// stale is a sentence for people if the manifest was changed after the lock file
	// was made; empty if it was not, as far as that can be seen.
	stale string
}

// addProject adds a project in a folder that a lock file names relative to its own.
func (l *locked) addProject(fsys fs.FS, lock, name, folder string) error {
	folder, err := localFile(fsys, lock, name, folder)
	if err == nil {
		l.projects = append(l.projects, folder)
	}
	return err
}

// lockReaders read the lock files that are understood, by file name. Each returns only
// what the app needs to run: no groups for development, no extras.
var lockReaders = map[string]func(fsys fs.FS, file string) (locked, error){
	"uv.lock":      readUVLock,
	"poetry.lock":  readPoetryLock,
	"Pipfile.lock": readPipfileLock,
}

// lockFiles are the lock files in a folder.
func (d *detection) lockFiles(folder string) []string {
	var files []string
	for _, name := range []string{"uv.lock", "poetry.lock", "Pipfile.lock"} {
		if file := path.Join(folder, name); d.exists(file) {
			files = append(files, file)
		}
	}
	return files
}

// fromLock reads the lock file in a folder, if there is one.
func (d *detection) fromLock(folder string) (Requirements, error) {
	files := d.lockFiles(folder)
	switch len(files) {
	case 0:
		return Requirements{}, nil
	case 1:
		return d.lockRequirements(files[0])
	}
	return Requirements{}, appUsage("it is not clear which lock file is for the server", fmt.Sprintf("set app.requirements = %q, or the other one, in %s", files[0], SettingsFile), files...)
}

func (d *detection) lockRequirements(file string) (Requirements, error) {
	lock, err := d.readLock(file)
	if err != nil {
		return Requirements{}, err
	}
	if lock.stale != "" {
		d.found.warn(lock.stale)
	}
	var packages []string
	for _, p := range lock.pins {
		if !p.isSound() {
			return Requirements{}, wrongLock(file, fmt.Sprintf("has a package %q in version %q, which is not valid", p.name, p.version))
		}
		packages = append(packages, p.requirement())
	}
	if len(packages)+len(lock.projects) == 0 {
		return Requirements{}, nil
	}
	slices.Sort(packages)
	slices.Sort(lock.projects)
	return Requirements{Packages: slices.Compact(packages), Projects: slices.Compact(lock.projects), Source: file, Locked: true}, nil
}

func (d *detection) readLock(file string) (locked, error) {
	if path.Base(file) == "uv.lock" && d.entry != nil {
		return readUVWorkspace(d.fsys, file, d.entry.path)
	}
	return lockReaders[path.Base(file)](d.fsys, file)
}

// lacksPackage is the error for a lock file without a package that its manifest names.
func lacksPackage(lock, manifest, name, command string) error {
	return appUsage(fmt.Sprintf("%s has no %s, which %s asks for", lock, name, manifest), "run: "+command)
}

func staleLine(lock, manifest, command string) string {
	return fmt.Sprintf("%s is older than what %s asks for: run %s to lock what it asks for now", lock, manifest, command)
}

func wrongLock(file, what string) error {
	return appUsage(file+" "+what, "make the lock file again, or name a requirements file with app.requirements in "+SettingsFile)
}

// sibling is the path of a file in the same folder as another.
func sibling(file, name string) string { return path.Join(path.Dir(file), name) }

// requirementName is the name in a PEP 508 requirement, normalised.
func requirementName(requirement string) string {
	end := strings.IndexAny(requirement, " \t[(<>=!~;@")
	if end < 0 {
		end = len(requirement)
	}
	return normalName(requirement[:end])
}
