package app

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// readFiles are the files in an app's root that are read by their names.
var readFiles = []string{
	Procfile, SettingsFile, IgnoreFile, "requirements.txt", "pyproject.toml", "uv.lock", "poetry.lock", "Pipfile",
	"Pipfile.lock", "runtime.txt", ".python-version", "Aptfile", djangoScript, "package.json",
}

// misspelt are names that people give these files by mistake, in small letters. Another
// case of a right name is found without them.
var misspelt = map[string]string{
	"requirement.txt": "requirements.txt", "requirments.txt": "requirements.txt", "requierments.txt": "requirements.txt",
	"requirements": "requirements.txt", "requirements.text": "requirements.txt", "requirements.txt.txt": "requirements.txt",
	"procfile.txt": Procfile, "procfiles": Procfile,
	"slipway.tml": SettingsFile, "slipway.toml.txt": SettingsFile, ".slipwayignore.txt": IgnoreFile, "slipwayignore": IgnoreFile,
	"runtime.text": "runtime.txt", "python-version": ".python-version", "pipfile.txt": "Pipfile", "aptfile.txt": "Aptfile",
}

// misnamed names the files that are not read only because of how their names are
// written. A list of requirements among them is an error if nothing else lists any: the
// imports would give other versions.
func (d *detection) misnamed() error {
	entries, err := fs.ReadDir(d.src.fsys, ".")
	if err != nil {
		return fmt.Errorf("the app's folder can't be read: %w", err)
	}
	there := map[string]bool{}
	for _, e := range entries {
		there[e.Name()] = true
	}
	for _, e := range entries {
		meant := meantName(e.Name())
		if e.IsDir() || meant == "" || there[meant] {
			continue
		}
		if strings.EqualFold(e.Name(), "requirements.txt") {
			continue // it is found as a requirements file of another name
		}
		if v, err := d.src.ignore.judge(d.src.fsys, e.Name(), false); err != nil || v != takes && meant != SettingsFile && meant != IgnoreFile {
			continue
		}
		if meant == "requirements.txt" && !d.listsOtherwise(there) {
			return appUsage(e.Name()+" is not read, because its name is not requirements.txt",
				fmt.Sprintf("rename it (git mv %s requirements.txt), or set app.requirements = %q in %s", e.Name(), e.Name(), SettingsFile))
		}
		d.found.warn(fmt.Sprintf("%[1]s is not read, because its name is not %[2]s: rename it (git mv %[1]s %[2]s)", e.Name(), meant))
	}
	return nil
}

// listsOtherwise tells whether something else may list the app's requirements.
func (d *detection) listsOtherwise(there map[string]bool) bool {
	return d.settings.Requirements != "" || slices.ContainsFunc([]string{"pyproject.toml", "uv.lock", "poetry.lock", "Pipfile", "Pipfile.lock", "setup.py", "setup.cfg", "environment.yml"},
		func(name string) bool { return there[name] })
}

// meantName is the name that a file should have to be read; "" if there is none.
func meantName(name string) string {
	small := strings.ToLower(name)
	for _, known := range readFiles {
		if small == strings.ToLower(known) && name != known {
			return known
		}
	}
	if meant := misspelt[small]; meant != "" && meant != name {
		return meant
	}
	return ""
}
