package app

import (
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
	read, err := readRequirements(uploaded, req.Files)
	if err != nil {
		return nil, err
	}
	list := &pinList{}
	if list.read(read) {
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

// pinList are the pins of requirement files.
type pinList struct{ pins []Pin }

// read adds the pins of files, but for those that only limit versions. ownIndex tells that
// one of them names an index of its own.
func (l *pinList) read(files []requirementFile) (ownIndex bool) {
	for _, file := range files {
		for _, line := range file.lines {
			if _, ok := option(line.text, "-i", "--index-url", "--pypi-url"); ok {
				ownIndex = true
			}
			if !file.constraint {
				l.add(line.text, line.place())
			}
		}
	}
	return ownIndex
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
