package cause

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"slipway/steps/app"
)

// source is the app's folder on this computer; it may be unknown. Nothing of it is read
// once ctx has ended.
type source struct {
	ctx    context.Context
	folder string
}

// mostRead is how much of a file is read, in bytes.
const mostRead = 1 << 20

// files are those of the folder, without what links lead to outside of it; none if the
// folder can't be read.
func (s source) files() fs.FS {
	files, err := app.Open(s.ctx, s.folder)
	if err != nil {
		return embed.FS{}
	}
	return files
}

// has tells whether the folder has a file or folder of this path.
func (s source) has(name string) bool {
	if s.folder == "" || !fs.ValidPath(name) {
		return false
	}
	_, err := fs.Stat(s.files(), name)
	return err == nil
}

// read is a file's lines; none if it can't be read.
func (s source) read(name string) []string {
	if s.folder == "" || !fs.ValidPath(name) {
		return nil
	}
	text, err := fs.ReadFile(s.files(), name)
	if err != nil || len(text) > mostRead {
		return nil
	}
	return strings.Split(string(text), "\n")
}

// settings are the files that Django's settings may be in.
func (s source) settings() []string {
	if s.folder == "" {
		return nil
	}
	var all []string
	for _, pattern := range []string{"settings.py", "*/settings*.py", "*/settings/*.py", "*/*/settings*.py"} {
		found, _ := fs.Glob(s.files(), pattern) // the patterns are well formed
		all = append(all, found...)
	}
	return all
}

// isLeftOut tells whether a file or folder is there and does not go up.
func (s source) isLeftOut(name string) bool {
	files, err := app.Open(s.ctx, s.folder)
	if err != nil {
		return false
	}
	bundle, err := app.Collect(files)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(bundle.LeftOut, func(left string) bool {
		left = strings.TrimSuffix(left, "/")
		return name == left || strings.HasPrefix(name, left+"/")
	})
}

// manifest is the file that names the app's packages, and the command that adds one.
func (s source) manifest() (file, add string) {
	for _, m := range []struct{ file, lock, add string }{
		{"pyproject.toml", "uv.lock", "uv add"},
		{"pyproject.toml", "poetry.lock", "poetry add"},
		{"Pipfile", "Pipfile", "pipenv install"},
		{"requirements.txt", "requirements.txt", ""},
		{"pyproject.toml", "pyproject.toml", ""},
	} {
		if s.has(m.lock) {
			return m.file, m.add
		}
	}
	if beside := s.beside(); beside != "" {
		return beside, ""
	}
	return "requirements.txt", ""
}

// beside is the one list of packages in the folders of the root, which counts if the root
// has none; "" if there is none, or there are several.
func (s source) beside() string {
	if s.folder == "" || s.listsPackages() {
		return ""
	}
	var found []string
	for _, name := range []string{"requirements.txt", "pyproject.toml"} {
		lists, _ := fs.Glob(s.files(), "*/"+name) // the pattern is well formed
		if len(lists) > 0 && len(found) == 0 {
			found = lists
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// adding tells how to add a requirement to the app's packages.
func (s source) adding(requirement string) string {
	file, add := s.manifest()
	switch {
	case add != "":
		return fmt.Sprintf("type %s '%s'", add, requirement)
	case path.Base(file) == "pyproject.toml":
		return fmt.Sprintf("add %q to the dependencies in %s", requirement, file)
	}
	if s.folder != "" && !s.listsPackages() && path.Dir(file) == "." {
		return fmt.Sprintf("make the file requirements.txt with the line %s and the other packages that the plan names, one a line", requirement)
	}
	return fmt.Sprintf("add the line %s to %s", requirement, file)
}

// listsPackages tells whether the app has a list of its packages. One without has those
// that its imports name, and a new list would be all that is installed.
func (s source) listsPackages() bool {
	for _, pattern := range []string{"requirements*.txt", "requirements/*.txt", "requirements*.in", "setup.cfg", "setup.py", "environment.y*ml", "Pipfile", "pyproject.toml"} {
		if found, err := fs.Glob(s.files(), pattern); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

// lists are the files that may list the app's packages; not all of them are there.
func (s source) lists() []string {
	names := []string{"requirements.txt", "pyproject.toml", "Pipfile", "setup.cfg"}
	if s.folder == "" {
		return names
	}
	if beside := s.beside(); beside != "" {
		names = append(names, beside)
	}
	for _, pattern := range []string{"requirements*.txt", "requirements/*.txt", "requirements*.in"} {
		more, _ := fs.Glob(s.files(), pattern) // the patterns are well formed
		names = append(names, more...)
	}
	return names
}

// requirementName is the name at the beginning of a requirement.
var requirementName = regexp.MustCompile(`^[ "']*([A-Za-z0-9][A-Za-z0-9._-]*)`)

// place is where the app asks for a distribution, with the line as it stands there:
// "requirements.txt line 2 (Werkzeug==2.0.0)"; the file alone if it is not found.
func (s source) place(distribution string) string {
	wanted := normal(distribution)
	for _, name := range s.lists() {
		for i, text := range s.read(name) {
			text = strings.Trim(strings.TrimSpace(text), `",\ `)
			if at := requirementName.FindStringSubmatch(text); at != nil && normal(at[1]) == wanted {
				text, _, _ = strings.Cut(text, " --hash")
				return fmt.Sprintf("%s line %d (%s)", name, i+1, clean(text)[0])
			}
		}
	}
	file, _ := s.manifest()
	return file
}

// normal is a distribution's name as indexes compare it.
func normal(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(name))
}

// keeps is what to keep of a path that the app writes to: its folder, or the path alone
// if the folder is the app's own code. A hidden name without an ending is a tool's own
// folder, beside what the app carries.
func (s source) keeps(written string) string {
	dir, base := path.Dir(written), path.Base(written)
	if strings.LastIndexByte(base, '.') == 0 {
		return written + "/"
	}
	if dir == "." || s.hasCode(dir) {
		if path.Ext(written) == "" && !s.hasCode(written) {
			return written + "/"
		}
		return written
	}
	return dir + "/"
}

// hasCode tells whether a folder has Python files of its own.
func (s source) hasCode(dir string) bool {
	if s.folder == "" {
		return false
	}
	found, err := fs.Glob(s.files(), dir+"/*.py")
	return err == nil && len(found) > 0
}
