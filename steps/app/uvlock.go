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
	Manifest struct {
		// Members are the names of a workspace's projects.
		Members []string `toml:"members"`
	} `toml:"manifest"`
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

// readUVLock returns what uv sync --no-dev would install, for any system. Of a workspace
// without a project in its root it is what all members need.
func readUVLock(fsys fs.FS, file string) (locked, error) { return readUVWorkspace(fsys, file, "") }

// readUVWorkspace is readUVLock for a workspace of which one member is served: the one
// that has the file served. What the others need is left out, unless it needs them.
func readUVWorkspace(fsys fs.FS, file, served string) (locked, error) {
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
	roots := lock.roots(path.Dir(file), served)
	if len(roots) == 0 {
		return locked{}, wrongLock(file, "does not have the project of its own folder")
	}
	out := locked{}
	for _, root := range roots {
		p := lock.Packages[root]
		stale, err := p.compare(fsys, file, path.Join(path.Dir(file), p.Source.folder(), "pyproject.toml"))
		if err != nil {
			return locked{}, err
		}
		if stale != "" {
			out.stale = stale
		}
	}
	return out, lock.read(fsys, file, roots, &out)
}

// folder is the folder of a project of the workspace, relative to the lock file's; "" for
// what is no such project.
func (s uvSource) folder() string { return s.Virtual + s.Editable + s.Directory }

// isRoot tells the project in the lock file's own folder.
func (s uvSource) isRoot() bool { return s.folder() == "." }

// roots are the packages for which the app is installed, by their indexes: the project
// in the lock file's folder dir, and the member of the workspace that has the file that
// is served; all members if there is neither.
func (l uvLock) roots(dir, served string) []int {
	var roots, members []int
	deepest, at := "", -1
	for i, p := range l.Packages {
		folder := path.Join(dir, p.Source.folder())
		switch {
		case p.Source.isRoot():
			roots = append(roots, i)
		case slices.Contains(l.Manifest.Members, p.Name):
			members = append(members, i)
			if strings.HasPrefix(served, folder+"/") && len(folder) > len(deepest) {
				deepest, at = folder, i
			}
		}
	}
	if at >= 0 {
		roots = append(roots, at)
	}
	if len(roots) == 0 {
		return members
	}
	return roots
}

// read adds what the roots need: pins, and projects of the workspace.
func (l uvLock) read(fsys fs.FS, file string, roots []int, out *locked) error {
	var from []edge
	for _, root := range roots {
		from = append(from, edge{to: node{at: root}})
	}
	when := reachedFrom(from, func(n node) []edge {
		needs := l.Packages[n.at].Dependencies
		if n.extra != "" {
			needs = l.Packages[n.at].Optional[n.extra]
		}
		return l.edges(needs)
	})
	for n, c := range when {
		p := l.Packages[n.at]
		if n.extra != "" || p.Source.isRoot() || p.Source.Virtual != "" {
			continue // a virtual member of a workspace has only dependencies
		}
		if folder := p.Source.folder(); folder != "" {
			if err := out.addProject(fsys, file, p.Name, folder); err != nil {
				return err
			}
			continue
		}
		made, err := p.pin(fsys, file, c)
		if err != nil {
			return err
		}
		out.pins = append(out.pins, made)
	}
	return nil
}

func (p uvPackage) pin(fsys fs.FS, file string, c condition) (pin, error) {
	made := pin{name: p.Name, version: p.Version, when: c, files: p.files()}
	var err error
	if p.Source.Path != "" {
		made.version = ""
		made.path, err = localFile(fsys, file, p.Name, p.Source.Path)
		return made, err
	}
	made.url, err = p.url(file)
	return made, err
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
	return "", notInstallable(file, p.Name, s.Registry)
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

// compare tells whether the project's manifest has changed since the lock file was made: stale
// is a sentence for people if it has. A package that is not locked is an error.
func (p uvPackage) compare(fsys fs.FS, file, manifest string) (stale string, err error) {
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
