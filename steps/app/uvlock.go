package app

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// uvLock are the parts of a uv.lock that are used.
type uvLock struct {
	Version  int         `toml:"version"`
	Packages []uvPackage `toml:"package"`
}

type uvPackage struct {
	Name         string              `toml:"name"`
	Version      string              `toml:"version"`
	Source       uvSource            `toml:"source"`
	Dependencies []uvNeed            `toml:"dependencies"`
	Optional     map[string][]uvNeed `toml:"optional-dependencies"`
	Metadata     struct {
		RequiresDist []uvWish `toml:"requires-dist"`
	} `toml:"metadata"`
	Wheels []uvFile `toml:"wheels"`
	Sdist  uvFile   `toml:"sdist"`
}

// uvFile is a file of a package, by its address.
type uvFile struct {
	URL string `toml:"url"`
}

// files are the names of the package's files.
func (p uvPackage) files() []string {
	var names []string
	for _, f := range append(slices.Clone(p.Wheels), p.Sdist) {
		if name, err := url.PathUnescape(path.Base(f.URL)); err == nil && f.URL != "" {
			names = append(names, name)
		}
	}
	return names
}

type uvSource struct {
	Registry  string `toml:"registry"`
	Git       string `toml:"git"`
	URL       string `toml:"url"`
	Folder    string `toml:"subdirectory"`
	Path      string `toml:"path"`
	Directory string `toml:"directory"`
	Editable  string `toml:"editable"`
	Virtual   string `toml:"virtual"`
}

// uvNeed is a dependency of a package. Version and Source are set if the lock file has
// the package more than once.
type uvNeed struct {
	Name    string    `toml:"name"`
	Version string    `toml:"version"`
	Source  *uvSource `toml:"source"`
	Extras  []string  `toml:"extra"`
	Marker  string    `toml:"marker"`
}

// uvWish is a requirement of the manifest, as it was when the lock file was made.
type uvWish struct {
	Name      string `toml:"name"`
	Specifier string `toml:"specifier"`
	Marker    string `toml:"marker"`
	uvSource
}

// readUVLock returns what uv sync --no-dev would install, for any system.
func readUVLock(fsys fs.FS, file string) (locked, error) {
	text, err := readText(fsys, file)
	if err != nil {
		return locked{}, fmt.Errorf("%s can't be read: %w", file, err)
	}
	var lock uvLock
	if err := toml.Unmarshal(text, &lock); err != nil {
		return locked{}, wrongTOML(file, err)
	}
	if lock.Version != 1 {
		return locked{}, wrongLock(file, fmt.Sprintf("has the format version %d, which slipway can't read", lock.Version))
	}
	root := slices.IndexFunc(lock.Packages, func(p uvPackage) bool { return p.Source.isRoot() })
	if root < 0 {
		return locked{}, wrongLock(file, "does not have the project of its own folder")
	}
	stale, err := lock.Packages[root].compare(fsys, file)
	if err != nil {
		return locked{}, err
	}
	pins, err := lock.pins(file, root)
	return locked{pins: pins, stale: stale}, err
}

// isRoot tells the project itself.
func (s uvSource) isRoot() bool { return s.Virtual == "." || s.Editable == "." || s.Directory == "." }

func (l uvLock) pins(file string, root int) ([]pin, error) {
	when := reachedFrom([]edge{{to: node{at: root}}}, func(n node) []edge {
		needs := l.Packages[n.at].Dependencies
		if n.extra != "" {
			needs = l.Packages[n.at].Optional[n.extra]
		}
		return l.edges(needs)
	})
	var pins []pin
	for n, c := range when {
		p := l.Packages[n.at]
		if n.extra != "" || p.Source.isRoot() || p.Source.Virtual != "" {
			continue // a virtual member of a workspace has only dependencies
		}
		url, err := p.url(file)
		if err != nil {
			return nil, err
		}
		pins = append(pins, pin{name: p.Name, version: p.Version, url: url, when: c, files: p.files()})
	}
	return pins, nil
}

func (l uvLock) edges(needs []uvNeed) []edge {
	var edges []edge
	for _, need := range needs {
		for i, p := range l.Packages {
			if !need.isMet(p) {
				continue
			}
			edges = append(edges, edge{to: node{at: i}, marker: need.Marker})
			for _, extra := range need.Extras {
				edges = append(edges, edge{to: node{at: i, extra: extra}, marker: need.Marker})
			}
		}
	}
	return edges
}

func (n uvNeed) isMet(p uvPackage) bool {
	return n.Name == p.Name && (n.Version == "" || n.Version == p.Version) && (n.Source == nil || *n.Source == p.Source)
}

// url is the package's address, if it is not from the public index.
func (p uvPackage) url(file string) (string, error) {
	s := p.Source
	switch {
	case s.Git != "":
		return p.gitURL(file)
	case s.URL != "":
		if s.Folder != "" {
			return s.URL + "#subdirectory=" + s.Folder, nil
		}
		return s.URL, nil
	case s.Registry != "" && isPublicIndex(s.Registry):
		return "", nil
	}
	place := "the folder " + s.Path + s.Directory + s.Editable
	if s.Registry != "" {
		place = s.Registry
	}
	return "", notInstallable(file, p.Name, place)
}

// gitURL reads uv's "https://host/repo?tag=v1&subdirectory=x#commit".
func (p uvPackage) gitURL(file string) (string, error) {
	u, err := url.Parse(p.Source.Git)
	if err != nil || u.Fragment == "" {
		return "", wrongLock(file, fmt.Sprintf("does not have the commit of %s", p.Name))
	}
	commit, folder := u.Fragment, u.Query().Get("subdirectory")
	u.Fragment, u.RawQuery = "", ""
	return gitURL(file, p.Name, u.String(), commit, folder)
}

// compare tells whether pyproject.toml has changed since the lock file was made: stale
// is a sentence for people if it has. A package that is not locked is an error.
func (p uvPackage) compare(fsys fs.FS, file string) (stale string, err error) {
	manifest := sibling(file, "pyproject.toml")
	project, err := readPyproject(fsys, manifest)
	if err != nil || slices.Contains(project.Project.Dynamic, "dependencies") {
		return "", err
	}
	for _, requirement := range project.Project.Dependencies {
		name := requirementName(requirement)
		wished := p.wished(name)
		if len(wished) == 0 {
			return "", lacksPackage(file, manifest, name, "uv lock")
		}
		if !slices.ContainsFunc(wished, func(w uvWish) bool { return w.agrees(requirement) }) {
			stale = staleLine(file, manifest, "uv lock")
		}
	}
	return stale, nil
}

func (p uvPackage) wished(name string) []uvWish {
	var wished []uvWish
	for _, w := range p.Metadata.RequiresDist {
		if w.Name == name && !strings.Contains(w.Marker, "extra ==") {
			wished = append(wished, w)
		}
	}
	return wished
}

var plainClause = regexp.MustCompile(`^(==|>=|<=|!=|~=|<|>)([0-9.]+(?:\.\*)?)$`)

// agrees tells whether two requirements allow the same versions, clause by clause. It
// is true for clauses that it can't compare, and for a package that is not from an
// index.
func (w uvWish) agrees(requirement string) bool {
	if w.uvSource != (uvSource{}) {
		return true
	}
	requirement, _, _ = strings.Cut(requirement, ";")
	now := ""
	if i := strings.IndexAny(requirement, "<>=!~"); i >= 0 {
		now = requirement[i:]
	}
	then, plain := clauses(w.Specifier)
	asked, plainToo := clauses(now)
	return !plain || !plainToo || slices.Equal(then, asked)
}

// clauses takes ">= 2, <3" apart and sorts it.
func clauses(specifier string) (all []string, plain bool) {
	specifier = strings.Trim(strings.ReplaceAll(specifier, " ", ""), "()")
	if specifier == "" {
		return nil, true
	}
	for clause := range strings.SplitSeq(specifier, ",") {
		if !plainClause.MatchString(clause) {
			return nil, false
		}
		all = append(all, clause)
	}
	slices.Sort(all)
	return all, true
}
