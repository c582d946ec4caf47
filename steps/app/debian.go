package app

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// Aptfile is the name of Heroku's list of Debian packages, one a line, in the app's root.
const Aptfile = "Aptfile"

// debianName is a Debian package's name.
var debianName = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+$`)

// checkPackages refuses what apt would read as something else than a package's name.
func (s Settings) checkPackages() error {
	for _, name := range s.Packages {
		if !debianName.MatchString(name) || strings.HasSuffix(name, "-") || strings.HasSuffix(name, "+") && !endsWithPlus[name] {
			return appUsage(fmt.Sprintf("app.packages names %q, which is no name of a Debian package", name), `write names such as "libmagic1", without versions and options, in `+SettingsFile)
		}
	}
	return nil
}

// endsWithPlus are the packages with a plus sign at the end of their names, with which
// apt would otherwise be told to install a package.
var endsWithPlus = map[string]bool{"g++": true, "memtest86+": true}

// debianPackages decides which Debian packages the app needs: those that slipway.toml
// and the Aptfile name, and those of well-known requirements.
func (d *detection) debianPackages() error {
	for _, name := range d.settings.Packages {
		d.needPackage(name, "app.packages in "+SettingsFile)
	}
	if err := d.readAptfile(); err != nil {
		return err
	}
	if err := d.inspectRequirements(); err != nil {
		return err
	}
	d.importedNeeds()
	d.startedPrograms()
	f := &d.found
	slices.Sort(f.Packages)
	slices.Sort(f.BuildPackages)
	byReason := map[string][]string{}
	var sources []string
	for _, name := range f.Packages {
		source := f.PackageSources[name]
		if byReason[source] == nil {
			sources = append(sources, source)
		}
		byReason[source] = append(byReason[source], name)
	}
	for _, source := range sources {
		f.because("Debian packages", strings.Join(byReason[source], ", "), source)
	}
	if len(f.BuildPackages) > 0 {
		f.because("build packages", strings.Join(f.BuildPackages, ", "), "for "+strings.Join(d.builds, ", ")+"; removed after the installation")
	}
	return nil
}

func (d *detection) needPackage(name, source string) {
	f := &d.found
	if slices.Contains(f.Packages, name) {
		return
	}
	f.Packages = append(f.Packages, name)
	if f.PackageSources == nil {
		f.PackageSources = map[string]string{}
	}
	f.PackageSources[name] = source
}

// buildNeeds notes packages that are needed only while a requirement is installed.
func (d *detection) buildNeeds(requirement string, names ...string) {
	if !slices.Contains(d.builds, requirement) {
		d.builds = append(d.builds, requirement)
	}
	for _, name := range names {
		if !slices.Contains(d.found.BuildPackages, name) {
			d.found.BuildPackages = append(d.found.BuildPackages, name)
		}
	}
}

// readAptfile takes the names of an Aptfile. Heroku allows the addresses of packages and
// of repositories too: they are refused, because nothing would check what comes from there.
func (d *detection) readAptfile() error {
	text, err := readText(d.fsys, Aptfile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s can't be read: %w", Aptfile, err)
	}
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		number++
		line, _, _ = strings.Cut(line, "#")
		for name := range strings.FieldsSeq(line) {
			place := fmt.Sprintf("%s line %d", Aptfile, number)
			switch {
			case strings.Contains(name, "://"), strings.HasPrefix(name, ":repo:"), strings.HasSuffix(name, ".deb"):
				return appUsage(fmt.Sprintf("%s names %s, and only packages of Debian's own repositories are installed", place, strings.TrimSpace(line)), "remove the line, or name a package that Debian has")
			case d.settingsPackage(name) != nil:
				return appUsage(fmt.Sprintf("%s has %q, which is no name of a Debian package", place, name), "write one name a line, such as libmagic1, without versions and options")
			}
			d.needPackage(name, place)
		}
	}
	return nil
}

func (d *detection) settingsPackage(name string) error {
	return Settings{Packages: []string{name}}.checkPackages()
}

// needDebian notes what Debian has to bring for a requirement.
func (d *detection) needDebian(requirement, place string) {
	name := requirementName(requirement)
	d.noteDriver(requirement, place)
	if systemReaders[name] {
		d.readsSystem(place + " has " + name)
	}
	if other, ok := builtBy[name]; ok {
		name = other
	}
	if name == "psycopg" {
		name = psycopgVariant(requirement)
	}
	need, ok := debianNeeds[name]
	if !ok {
		return
	}
	if need.built {
		d.buildNeeds(name, slices.Concat(compiler, need.build)...)
	}
	for _, pkg := range need.run {
		d.needPackage(pkg, fmt.Sprintf("%s, for %s", place, name))
	}
}

// psycopgVariant tells Psycopg 3's three kinds apart by the extra that is asked for.
func psycopgVariant(requirement string) string {
	_, rest, _ := strings.Cut(requirement, "[")
	extras, _, _ := strings.Cut(rest, "]")
	for extra := range strings.SplitSeq(extras, ",") {
		switch strings.TrimSpace(extra) {
		case "binary":
			return "psycopg-binary"
		case "c":
			return "psycopg-c"
		}
	}
	return "psycopg"
}

// importedNeeds notes what is seen only in the app's imports.
func (d *detection) importedNeeds() {
	if d.src == nil {
		return
	}
	for _, m := range sorted(d.loaded()) {
		for _, imp := range m.imports {
			if top, _, _ := strings.Cut(imp.module, "."); systemReaders[top] && imp.level == 0 {
				d.readsSystem(fmt.Sprintf("%s line %d imports %s", m.path, imp.line, top))
			}
		}
		for _, installed := range m.djangoApps() {
			if installed.text == "django.contrib.gis" {
				d.needPackage("gdal-bin", fmt.Sprintf("%s line %d, for django.contrib.gis", m.path, installed.line))
			}
		}
	}
}

func (d *detection) readsSystem(because string) {
	if !d.found.SystemFigures {
		d.found.SystemFigures = true
		d.found.because("figures of the system", "memory, processors and network can be read", because)
	}
}

// systemReaders read the system's figures.
var systemReaders = map[string]bool{"psutil": true, "py-cpuinfo": true, "cpuinfo": true, "netifaces": true, "ifaddr": true, "glances": true, "gputil": true}

// ForBuild are the Debian packages that the installation of the requirements needs and
// that nothing needs afterwards; sorted.
func (f Found) ForBuild() []string {
	names := slices.Clone(f.BuildPackages)
	for _, name := range f.Sdists {
		if need, ok := debianNeeds[name]; ok {
			names = append(append(names, compiler...), need.build...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
