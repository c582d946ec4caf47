package app

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// pipfileLock are the parts of a Pipfile.lock that are used.
type pipfileLock struct {
	Meta struct {
		Hash struct {
			SHA256 string `json:"sha256"`
		} `json:"hash"`
		Sources []struct {
			Name string `json:"name"`
			URL  string `json:"url"`
		} `json:"sources"`
	} `json:"_meta"`
	Default map[string]pipfilePackage `json:"default"`
}

type pipfilePackage struct {
	Version string   `json:"version"`
	Extras  []string `json:"extras"`
	Markers string   `json:"markers"`
	Index   string   `json:"index"`
	Git     string   `json:"git"`
	Ref     string   `json:"ref"`
	Folder  string   `json:"subdirectory"`
	File    string   `json:"file"`
	Path    string   `json:"path"`
}

// readPipfileLock returns what pipenv install --deploy would install.
func readPipfileLock(fsys fs.FS, file string) (locked, error) {
	text, err := readText(fsys, file)
	if err != nil {
		return locked{}, fmt.Errorf("%s can't be read: %w", file, err)
	}
	var lock pipfileLock
	if err := json.Unmarshal(text, &lock); err != nil {
		return locked{}, wrongLock(file, fmt.Sprintf("can't be read: %v", err))
	}
	manifest := sibling(file, "Pipfile")
	document, err := readDocument(fsys, manifest)
	if err != nil {
		return locked{}, err
	}
	wished, _ := document["packages"].(map[string]any)
	if err := lock.covers(file, manifest, wished); err != nil {
		return locked{}, err
	}
	var out locked
	for _, name := range slices.Sorted(maps.Keys(lock.Default)) {
		p := lock.Default[name]
		if p.Path != "" && !isArchive(p.Path) {
			if err := out.addProject(fsys, file, name, p.Path); err != nil {
				return locked{}, err
			}
			continue
		}
		if local := p.Path + p.File; local != "" && !strings.Contains(p.File, "://") {
			place, err := localFile(fsys, file, name, local)
			if err != nil {
				return locked{}, err
			}
			out.pins = append(out.pins, pin{name: normalName(name), path: place, when: always().and(p.Markers)})
			continue
		}
		made, err := lock.pin(file, name, p, wished)
		if err != nil {
			return locked{}, err
		}
		out.pins = append(out.pins, made)
	}
	if document != nil && !lock.isMadeOf(document) {
		out.stale = staleLine(file, manifest, "pipenv lock")
	}
	return out, nil
}

// covers refuses a lock file without a package that the Pipfile names.
func (l pipfileLock) covers(file, manifest string, wished map[string]any) error {
	has := map[string]bool{}
	for name := range l.Default {
		has[normalName(name)] = true
	}
	for _, name := range slices.Sorted(maps.Keys(wished)) {
		if !has[normalName(name)] {
			return lacksPackage(file, manifest, name, "pipenv lock")
		}
	}
	return nil
}

func (l pipfileLock) pin(file, name string, p pipfilePackage, wished map[string]any) (pin, error) {
	version, exact := strings.CutPrefix(p.Version, "==")
	made := pin{name: normalName(name), extras: p.Extras, when: always().and(p.Markers)}
	var err error
	switch {
	case p.Git != "":
		made.url, err = gitURL(file, name, p.Git, p.Ref, p.Folder)
	case strings.HasPrefix(p.File, "https://"):
		made.url = p.File
	case p.File != "":
		err = notInstallable(file, name, p.File)
	case !isPublicIndex(l.index(p.Index)):
		err = notInstallable(file, name, l.index(p.Index))
	case exact:
		made.version = version
	default:
		// A package that is not for the system on which the lock file was made has no
		// version, and only the Pipfile says for which system it is.
		made.when = made.when.and(pipfileMarker(name, wished))
	}
	return made, err
}

// index is the URL of a source, by its name; that of the first source without a name.
func (l pipfileLock) index(name string) string {
	for _, s := range l.Meta.Sources {
		if name == "" || s.Name == name {
			return s.URL
		}
	}
	return name
}

// markerVariables are the markers that can be keys in a Pipfile: sys_platform = "==
// 'win32'".
var markerVariables = []string{
	"os_name", "sys_platform", "platform_machine", "platform_python_implementation", "platform_release",
	"platform_system", "platform_version", "python_version", "python_full_version", "implementation_name",
	"implementation_version",
}

func pipfileMarker(name string, wished map[string]any) string {
	var markers []string
	for key, value := range wished {
		table, ok := value.(map[string]any)
		if !ok || normalName(key) != normalName(name) {
			continue
		}
		if m, _ := table["markers"].(string); m != "" {
			markers = append(markers, m)
		}
		for _, variable := range markerVariables {
			if m, _ := table[variable].(string); m != "" {
				markers = append(markers, variable+" "+m)
			}
		}
	}
	return conjunction(markers)
}
