package app

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// python decides which Python the app needs.
func (d *detection) python() error {
	if v := d.settings.Python; v != "" {
		return d.usePython(v, SettingsFile)
	}
	for _, folder := range append(d.foldersOfEntry(), ".") {
		if err := d.pythonOf(folder); err != nil || d.found.PythonVersion != "" {
			return err
		}
	}
	if v, ok := standardConstraint(d.listedPython); ok && d.listedPython != "" {
		d.setPython(v, d.listedPythonFrom)
	}
	return nil
}

// pythonOf reads the version of Python that the files in a folder ask for, if they do.
func (d *detection) pythonOf(folder string) error {
	for _, name := range []string{".python-version", "runtime.txt", ".tool-versions"} {
		file := path.Join(folder, name)
		text, err := readText(d.fsys, file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("%s can't be read: %w", file, err)
		}
		if v := versionIn(string(text), name == ".tool-versions"); v != "" {
			d.setPython(v, file)
			return nil
		}
		if name == ".tool-versions" {
			continue // of other languages
		}
		d.found.warn(file + " does not name a version of Python that slipway understands, so it is not used")
	}
	file := path.Join(folder, "pyproject.toml")
	project, err := readPyproject(d.fsys, file)
	if err != nil {
		return err
	}
	if v := project.Project.RequiresPython; v != "" {
		d.setPython(v, file)
		return nil
	}
	return d.pythonOfManifests(file, project)
}

// pythonOfManifests reads the version that Poetry and Pipenv keep in places of their
// own. file is the pyproject.toml.
func (d *detection) pythonOfManifests(file string, project pyproject) error {
	if asked, _ := project.Tool.Poetry.Dependencies["python"].(string); asked != "" && asked != "*" {
		v, ok := standardConstraint(asked)
		if !ok {
			d.found.warn(fmt.Sprintf("%s asks for Python %q, which slipway does not understand, so it is not used", file, asked))
			return nil
		}
		d.setPython(v, file)
		return nil
	}
	file = sibling(file, "Pipfile")
	pipfile, err := readDocument(d.fsys, file)
	if err != nil {
		return err
	}
	requires, _ := pipfile["requires"].(map[string]any)
	if v, _ := requires["python_version"].(string); v != "" && v != "*" {
		d.setPython(v, file)
	}
	return nil
}

// setPython takes a version that a file asks for, if it can be understood.
func (d *detection) setPython(version, from string) {
	if _, err := PythonFits(version, "3.13"); err != nil {
		d.found.warn(fmt.Sprintf("%s asks for Python %q, which slipway does not understand, so it is not used", from, version))
		return
	}
	d.found.PythonVersion = version
	d.found.because("Python", version, from)
}

var pythonForm = regexp.MustCompile(`^\s*(?:(?:>=|<=|==|!=|~=|<|>)?\s*\d+(?:\.\d+){0,2}(?:\.\*)?\s*(?:,\s*|$))+$`)

func (d *detection) usePython(version, from string) error {
	if !pythonForm.MatchString(version) {
		return appUsage(fmt.Sprintf("app.python = %q is no version of Python", version), `write it like "3.12" or ">=3.11" in `+SettingsFile)
	}
	d.setPython(version, from)
	return nil
}

var versionForm = regexp.MustCompile(`^(?:c?python[-@]?)?(3\.\d+)(?:\.(?:\d+|x|\*)|-dev)?(?:-linux\S*)?$`)

// versionIn returns the version in the first line without its last part: the newest of
// its minor version is used. In a list of tools it is the version of the tool python. A
// specifier such as ">=3.11" is returned as it is.
func versionIn(text string, tools bool) string {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(strings.TrimPrefix(line, "\ufeff"), "#")
		line = strings.TrimSpace(line)
		if tools {
			tool, version, _ := strings.Cut(line, " ")
			if tool != "python" {
				continue
			}
			line, _, _ = strings.Cut(strings.TrimSpace(version), " ") // others may follow
		}
		if line == "" {
			continue
		}
		if parts := versionForm.FindStringSubmatch(line); parts != nil {
			return parts[1]
		}
		if strings.ContainsAny(line, "<>=~") && pythonForm.MatchString(line) {
			return line
		}
		return ""
	}
	return ""
}
