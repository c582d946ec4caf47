package app

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// poetryLock are the parts of a poetry.lock that are used.
type poetryLock struct {
	Packages []poetryPackage `toml:"package"`
	Metadata struct {
		LockVersion string `toml:"lock-version"`
		ContentHash string `toml:"content-hash"`
		// Files has the packages' files in lock files older than lock-version 2.0.
		Files map[string][]poetryFile `toml:"files"`
	} `toml:"metadata"`
}

type poetryPackage struct {
	Name     string `toml:"name"`
	Version  string `toml:"version"`
	Optional bool   `toml:"optional"`
	// Groups and Markers exist since lock-version 2.1. Markers is one marker, or a
	// table with one for each group.
	Groups  []string `toml:"groups"`
	Markers any      `toml:"markers"`
	// Dependencies are requirements by name: each is a version, a table, or a list of
	// these.
	Dependencies map[string]any      `toml:"dependencies"`
	Extras       map[string][]string `toml:"extras"`
	Files        []poetryFile        `toml:"files"`
	Source       struct {
		Type     string `toml:"type"`
		URL      string `toml:"url"`
		Resolved string `toml:"resolved_reference"`
		Folder   string `toml:"subdirectory"`
	} `toml:"source"`
}

type poetryFile struct {
	File string `toml:"file"`
}

// readPoetryLock returns what poetry install --only main would install.
func readPoetryLock(fsys fs.FS, file string) (locked, error) {
	text, err := readText(fsys, file)
	if err != nil {
		return locked{}, fmt.Errorf("%s can't be read: %w", file, err)
	}
	var lock poetryLock
	if err := toml.Unmarshal(text, &lock); err != nil {
		return locked{}, wrongTOML(file, err)
	}
	for i, p := range lock.Packages {
		if p.Files == nil {
			lock.Packages[i].Files = lock.Metadata.Files[p.Name]
		}
	}
	manifest := sibling(file, "pyproject.toml")
	project, err := readPyproject(fsys, manifest)
	if err != nil {
		return locked{}, err
	}
	roots, err := lock.roots(file, manifest, project)
	if err != nil {
		return locked{}, err
	}
	var out locked
	if lock.hasGroups() {
		err = lock.mainPins(fsys, file, &out)
	} else {
		err = lock.reachedPins(fsys, file, roots, &out)
	}
	if err != nil {
		return locked{}, err
	}
	document, err := readDocument(fsys, manifest)
	if err != nil {
		return locked{}, err
	}
	if !lock.isMadeOf(document) {
		out.stale = staleLine(file, manifest, "poetry lock")
	}
	return out, nil
}

// roots are edges to the packages for which pyproject.toml asks. It refuses a lock file
// that lacks one of them.
func (l poetryLock) roots(file, manifest string, project pyproject) ([]edge, error) {
	var roots []edge
	for _, name := range slices.Sorted(maps.Keys(project.Tool.Poetry.Dependencies)) {
		wishes := poetryNeeds(project.Tool.Poetry.Dependencies[name])
		if normalName(name) == "python" || !slices.ContainsFunc(wishes, poetryNeed.isWanted) {
			continue
		}
		edges := l.edges(name, wishes, "")
		if len(edges) == 0 {
			return nil, lacksPackage(file, manifest, name, "poetry lock")
		}
		roots = append(roots, edges...)
	}
	for _, requirement := range project.Project.Dependencies {
		edges := l.edges(requirementName(requirement), []poetryNeed{standardNeed(requirement)}, "")
		if len(edges) == 0 {
			return nil, lacksPackage(file, manifest, requirementName(requirement), "poetry lock")
		}
		roots = append(roots, edges...)
	}
	return roots, nil
}

func (l poetryLock) hasGroups() bool {
	return slices.ContainsFunc(l.Packages, func(p poetryPackage) bool { return p.Groups != nil })
}

// mainPins are the packages of the group main, each with its marker.
func (l poetryLock) mainPins(fsys fs.FS, file string, out *locked) error {
	for _, p := range l.Packages {
		marker := p.mainMarker()
		onlyExtra := p.Optional && !strings.Contains(marker, " or ")
		if !slices.Contains(p.Groups, "main") || onlyExtra {
			continue
		}
		if err := p.add(fsys, file, always().and(marker), out); err != nil {
			return err
		}
	}
	return nil
}

// add adds the package to what is installed.
func (p poetryPackage) add(fsys fs.FS, file string, c condition, out *locked) error {
	if p.Source.Type == "directory" {
		return out.addProject(fsys, file, p.Name, p.Source.URL)
	}
	made, err := p.pin(fsys, file, c)
	out.pins = append(out.pins, made)
	return err
}

func (p poetryPackage) mainMarker() string {
	switch m := p.Markers.(type) {
	case string:
		return m
	case map[string]any:
		marker, _ := m["main"].(string)
		return marker
	}
	return ""
}

// reachedPins follows the packages' dependencies, for lock files older than
// lock-version 2.1: they do not have the groups.
func (l poetryLock) reachedPins(fsys fs.FS, file string, roots []edge, out *locked) error {
	when := reachedFrom(roots, func(n node) []edge {
		p := l.Packages[n.at]
		var edges []edge
		for _, name := range slices.Sorted(maps.Keys(p.Dependencies)) {
			edges = append(edges, l.edges(name, poetryNeeds(p.Dependencies[name]), p.wanting(n.extra, name))...)
		}
		return edges
	})
	for n, c := range when {
		if n.extra != "" {
			continue
		}
		p := l.Packages[n.at]
		if slices.ContainsFunc(l.Packages, func(o poetryPackage) bool { return o.Name == p.Name && o.Version != p.Version }) {
			return wrongLock(file, fmt.Sprintf("has %s in several versions, in a format older than Poetry 2's", p.Name))
		}
		if err := p.add(fsys, file, c, out); err != nil {
			return err
		}
	}
	return nil
}

// wanting returns the extra to which a dependency belongs: none if extra is empty, the
// extra if it names the dependency, and otherExtra if it does not.
func (p poetryPackage) wanting(extra, name string) string {
	if extra == "" {
		return ""
	}
	for listed, requirements := range p.Extras {
		if normalName(listed) != normalName(extra) {
			continue
		}
		for _, requirement := range requirements {
			if requirementName(requirement) == normalName(name) {
				return extra
			}
		}
	}
	return otherExtra
}

// otherExtra stands for an extra to which no dependency belongs.
const otherExtra = "\x00"

// edges are the edges from a dependency's requirements to the packages with its name,
// for the package itself or for one of its extras.
func (l poetryLock) edges(name string, needs []poetryNeed, extra string) []edge {
	var edges []edge
	for i, p := range l.Packages {
		if normalName(p.Name) != normalName(name) {
			continue
		}
		for _, need := range needs {
			if extra == otherExtra || need.optional != (extra != "") {
				continue
			}
			edges = append(edges, edge{to: node{at: i}, marker: need.marker})
			for _, e := range need.extras {
				edges = append(edges, edge{to: node{at: i, extra: e}, marker: need.marker})
			}
		}
	}
	return edges
}

func (p poetryPackage) pin(fsys fs.FS, file string, c condition) (pin, error) {
	made := pin{name: normalName(p.Name), version: p.Version, when: c}
	for _, f := range p.Files {
		made.files = append(made.files, f.File)
	}
	var err error
	switch s := p.Source; {
	case s.Type == "" || s.Type == "legacy" && isPublicIndex(s.URL):
	case s.Type == "git":
		made.url, err = gitURL(file, p.Name, s.URL, s.Resolved, s.Folder)
	case s.Type == "url":
		made.url = s.URL
	case s.Type == "file":
		made.version = ""
		made.path, err = localFile(fsys, file, p.Name, s.URL)
	default:
		err = notInstallable(file, p.Name, s.URL)
	}
	return made, err
}

// poetryNeed is a requirement in Poetry's own form.
type poetryNeed struct {
	marker   string
	extras   []string
	optional bool
}

func (n poetryNeed) isWanted() bool { return !n.optional }

// poetryNeeds reads the value of a dependency: a version, a table, or a list.
func poetryNeeds(value any) []poetryNeed {
	switch v := value.(type) {
	case []any:
		var all []poetryNeed
		for _, item := range v {
			all = append(all, poetryNeeds(item)...)
		}
		return all
	case map[string]any:
		return []poetryNeed{tableNeed(v)}
	}
	return []poetryNeed{{}}
}

func tableNeed(table map[string]any) poetryNeed {
	need := poetryNeed{}
	need.optional, _ = table["optional"].(bool)
	var markers []string
	if m, _ := table["markers"].(string); m != "" {
		markers = append(markers, withoutExtra(m)...)
	}
	if python, _ := table["python"].(string); python != "" {
		markers = append(markers, pythonMarkers(python)...)
	}
	if platform, _ := table["platform"].(string); platform != "" {
		markers = append(markers, fmt.Sprintf("sys_platform == %q", platform))
	}
	need.marker = conjunction(markers)
	extras, _ := table["extras"].([]any)
	for _, e := range extras {
		if text, ok := e.(string); ok {
			need.extras = append(need.extras, text)
		}
	}
	return need
}

// standardNeed reads a PEP 508 requirement.
func standardNeed(requirement string) poetryNeed {
	front, marker, _ := strings.Cut(requirement, ";")
	need := poetryNeed{marker: strings.TrimSpace(marker)}
	if _, rest, ok := strings.Cut(front, "["); ok {
		inside, _, _ := strings.Cut(rest, "]")
		for extra := range strings.SplitSeq(inside, ",") {
			need.extras = append(need.extras, strings.TrimSpace(extra))
		}
	}
	return need
}

// withoutExtra drops the parts of a marker about the package's own extras: edges
// decides about these.
func withoutExtra(marker string) []string {
	if !strings.Contains(marker, "extra ==") {
		return []string{marker}
	}
	if strings.Contains(marker, " or ") {
		return nil
	}
	var kept []string
	for term := range strings.SplitSeq(marker, " and ") {
		if !strings.Contains(term, "extra ==") {
			kept = append(kept, term)
		}
	}
	return kept
}

func conjunction(markers []string) string {
	for i, m := range markers {
		if len(markers) > 1 && strings.Contains(m, " or ") {
			markers[i] = "(" + m + ")"
		}
	}
	return strings.Join(markers, " and ")
}

var pythonClause = regexp.MustCompile(`^(>=|<=|==|!=|<|>)(\d+(?:\.\d+)*)$`)

// pythonMarkers turns Poetry's "<3.11" or "^3.8" into markers. For a constraint that it
// can't turn into markers it returns none: the package is installed for any Python.
func pythonMarkers(constraint string) []string {
	standard, ok := standardConstraint(constraint)
	if !ok {
		return nil
	}
	var markers []string
	for clause := range strings.SplitSeq(standard, ",") {
		parts := pythonClause.FindStringSubmatch(clause)
		if parts == nil {
			return nil
		}
		variable := "python_full_version"
		if strings.Count(parts[2], ".") == 1 {
			variable = "python_version"
		}
		markers = append(markers, fmt.Sprintf("%s %s %q", variable, parts[1], parts[2]))
	}
	return markers
}
