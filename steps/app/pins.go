package app

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Pin is a package that the app needs in one exact version.
type Pin struct {
	// Name is normalised: "psycopg2-binary". Version is as it is written.
	Name, Version string
	// Source is where it stands, for people: "requirements.txt line 2", "uv.lock".
	Source string
	// Marker is the environment marker that says when it is needed; "" is always.
	Marker string
	// Files are the names of the version's files in the index, if the lock file has
	// them; nil if they are not known. They are no paths.
	Files []string
}

// String is the pin for people: "psycopg2-binary 2.9.9 (requirements.txt line 2)".
func (p Pin) String() string { return fmt.Sprintf("%s %s (%s)", p.Name, p.Version, p.Source) }

// NeededOn tells whether the package is needed on Linux with a minor version of
// Python, "3.12", and a processor as uname -m names it. A marker that can't be
// understood counts as met.
func (p Pin) NeededOn(minor, machine string) bool { return markerHolds(p.Marker, minor, machine) }

// Pins are the packages that the app's requirements pin: those of a lock file, and the
// lines "name==version" of requirement files and of those that they include by -r. Those
// of a requirement file that names an index of its own are left out, because what the
// public index has of that name may be another package. fsys is the app's folder.
func (f Found) Pins(fsys fs.FS) ([]Pin, error) {
	ignore, err := readIgnore(fsys)
	if err != nil {
		return nil, err
	}
	uploaded := view{fsys, ignore}
	req := f.Requirements
	if req.Locked {
		return lockPins(uploaded, req.Source)
	}
	list := &pinList{fsys: uploaded, seen: map[string]bool{}}
	for _, file := range req.Files {
		if err := list.read(file); err != nil {
			return nil, err
		}
	}
	if list.ownIndex {
		return nil, nil
	}
	for _, requirement := range req.Packages {
		list.add(requirement, req.Source)
	}
	return list.pins, nil
}

// lockPins are the pins of a lock file with the names of their files.
func lockPins(fsys fs.FS, file string) ([]Pin, error) {
	reader := lockReaders[path.Base(file)]
	if reader == nil {
		return nil, nil
	}
	lock, err := reader(fsys, file)
	if err != nil {
		return nil, err
	}
	var pins []Pin
	for _, p := range lock.pins {
		if p.url == "" && p.version != "" {
			pins = append(pins, Pin{Name: normalName(p.name), Version: p.version, Source: file, Marker: p.when.marker(), Files: p.files})
		}
	}
	slices.SortFunc(pins, func(a, b Pin) int { return strings.Compare(a.Name+" "+a.Version, b.Name+" "+b.Version) })
	return pins, nil
}

// pinList reads requirement files.
type pinList struct {
	fsys     fs.FS
	seen     map[string]bool
	pins     []Pin
	ownIndex bool
}

func (l *pinList) read(file string) error {
	if l.seen[file] || !fs.ValidPath(file) {
		return nil
	}
	l.seen[file] = true
	text, err := readText(l.fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // DependencyHash says so
	}
	if err != nil {
		return fmt.Errorf("the requirements can't be read: %w", err)
	}
	for line := range logicalLines(string(text)) {
		if included, ok := option(line.text, "-r", "--requirement"); ok {
			if err := l.read(path.Join(path.Dir(file), included)); err != nil {
				return err
			}
			continue
		}
		if _, ok := option(line.text, "-i", "--index-url", "--pypi-url"); ok {
			l.ownIndex = true
		}
		l.add(line.text, fmt.Sprintf("%s line %d", file, line.number))
	}
	return nil
}

// add takes a requirement that pins a version; others have none to look up.
func (l *pinList) add(requirement, source string) {
	requirement, _, _ = strings.Cut(requirement, " --") // hashes and other options of a line
	found := pinForm.FindStringSubmatch(requirement)
	if found == nil {
		return
	}
	l.pins = append(l.pins, Pin{Name: normalName(found[1]), Version: found[2], Source: source, Marker: strings.TrimSpace(found[3])})
}

// pinForm is "name[extra]==1.2.3 ; marker". A version that ends in ".*" is no pin.
var pinForm = regexp.MustCompile(`^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?\s*===?\s*([A-Za-z0-9.!+_-]*[A-Za-z0-9])\s*\)?\s*(?:;(.*))?$`)

// logicalLine is a line of a requirement file without its comment, with the lines that
// continue it. number is that of its first line.
type logicalLine struct {
	text   string
	number int
}

// logicalLines takes a requirement file apart as pip does. Empty lines are left out.
func logicalLines(text string) func(yield func(logicalLine) bool) {
	return func(yield func(logicalLine) bool) {
		joined, first, number := "", 0, 0
		for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
			number++
			if joined == "" {
				first = number
			}
			line = strings.TrimRight(line, "\r\n")
			if before, continued := strings.CutSuffix(line, `\`); continued {
				joined += before + " "
				continue
			}
			whole := joined + line
			joined = ""
			if !yieldLine(whole, first, yield) {
				return
			}
		}
		yieldLine(joined, first, yield)
	}
}

func yieldLine(text string, number int, yield func(logicalLine) bool) bool {
	text, _, _ = strings.Cut(" "+text, " #")
	text = strings.TrimSpace(text)
	return text == "" || yield(logicalLine{text, number})
}
