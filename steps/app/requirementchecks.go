package app

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// inspection reads what is to be installed before there is a server: what no other
// computer than the author's can install is refused with its line, and what Debian has
// to bring is noted.
type inspection struct {
	d *detection
	// conda are the lines that name a folder of a conda build, by the package's name.
	conda []string
	// rewritten are the lines of the file in hand that get another text.
	rewritten map[int]string
}

// inspectRequirements goes through everything that will be installed.
func (d *detection) inspectRequirements() error {
	req := &d.found.Requirements
	read, err := readRequirements(d.fsys, req.Files)
	if err != nil {
		return err
	}
	in := &inspection{d: d}
	for _, file := range read {
		if file.constraint {
			continue
		}
		in.rewritten = map[int]string{}
		for _, line := range file.lines {
			if err := in.line(line); err != nil {
				return err
			}
		}
		if len(in.rewritten) > 0 {
			if req.Rewritten == nil {
				req.Rewritten = map[string]string{}
			}
			req.Rewritten[file.path] = file.replaced(in.rewritten)
		}
	}
	if len(in.conda) > 0 {
		return in.refuseConda()
	}
	for _, requirement := range req.Packages {
		if strings.HasPrefix(requirement, "-") { // pip and uv would take it for an option of theirs
			return appUsage(fmt.Sprintf("%s has %q among its packages, which is an option of pip", req.Source, requirement), "write it in a requirements file, and name that with app.requirements in "+SettingsFile)
		}
		if err := in.requirement(requirement, req.Source); err != nil {
			return err
		}
	}
	return nil
}

// line judges a line of a requirements file.
func (in *inspection) line(l requirementLine) error {
	if target, ok := option(l.text, "-e", "--editable"); ok {
		return in.editable(l, target)
	}
	if strings.HasPrefix(l.text, "-") {
		return in.option(l)
	}
	name := requirementName(l.text)
	if ubuntuBug.MatchString(l.text) {
		in.rewritten[l.first] = ""
		in.d.found.warn(l.place() + " is left out: " + l.text + " is no package, but something that pip freeze writes on Ubuntu: remove the line")
		return nil
	}
	if built, isConda := condaFolder(l.text); isConda {
		in.conda = append(in.conda, fmt.Sprintf("%s: %s @ %s", l.place(), name, built))
		return nil
	}
	if listed := condaExport.FindStringSubmatch(l.text); listed != nil {
		return appUsage(fmt.Sprintf("%s is written as conda lists packages: %s", l.place(), l.text), fmt.Sprintf("write %s==%s instead, as pip does", listed[1], listed[2]))
	}
	if !isRequirement(l.text) {
		return appUsage(fmt.Sprintf("%s is no requirement: %s", l.place(), l.text), "write it like flask or flask>=3,<4; python -m pip freeze > requirements.txt lists what is installed in this form")
	}
	return in.requirement(l.text, l.place())
}

// isRequirement tells whether a line can be a requirement: a name with its versions and
// its marker, an address or a path.
func isRequirement(text string) bool {
	return requirementLineForm.MatchString(text) || isLocalPath(text) || strings.ContainsAny(text, "/$") || windowsPath.MatchString(text)
}

var requirementLineForm = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\s*(?:\[[^\]]*\])?\s*` +
	`(?:@.*|\(?\s*(?:(?:===|==|~=|!=|<=|>=|<|>)\s*[^\s,;()]+\s*,?\s*)*\)?\s*(?:;.*)?(?:\s+--.*)?)$`)

// ubuntuBug is the line that Debian's and Ubuntu's old pip freeze adds.
var ubuntuBug = regexp.MustCompile(`^pkg[-_.]resources\s*==\s*0\.0\.0\b`)

var (
	condaPath   = regexp.MustCompile(`@\s*(file://\S*(?:/croot/|/conda|/work\b|feedstock|/ci_|/tmp/build)\S*)`)
	condaExport = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)=([0-9][^=\s;]*)(?:=[^=\s]+)?$`)
	windowsPath = regexp.MustCompile(`^[A-Za-z]:[\\/]`)
)

// condaFolder is the folder of a requirement that pip freeze wrote in a conda
// environment.
func condaFolder(requirement string) (string, bool) {
	found := condaPath.FindStringSubmatch(requirement)
	if found == nil {
		return "", false
	}
	return found[1], true
}

func (in *inspection) refuseConda() error {
	_, first, _ := strings.Cut(in.conda[0], ": ")
	name, _, _ := strings.Cut(first, " @")
	named := in.conda[:min(len(in.conda), maxNamed)]
	if more := len(in.conda) - len(named); more > 0 {
		named = append(slices.Clone(named), fmt.Sprintf("and %d more", more))
	}
	return appUsage("the requirements name folders of the computer on which conda built the packages, which no other computer has",
		fmt.Sprintf("write %s, or %s==VERSION, in place of such a line; in the conda environment, this writes all of them: python -m pip list --format=freeze > requirements.txt", name, name), named...)
}

// option judges a line that begins with "-".
func (in *inspection) option(l requirementLine) error {
	for _, name := range []string{"--index-url", "--extra-index-url", "--find-links", "-i", "-f"} {
		address, ok := option(l.text, name)
		if !ok {
			continue
		}
		u, err := url.Parse(address)
		if err != nil || u.Scheme == "" {
			in.d.found.Requirements.Paths = in.d.found.Requirements.Paths || name == "-f" || name == "--find-links"
			return nil
		}
		if u.User != nil && !strings.Contains(address, "${") {
			in.d.found.warn(l.place() + " has a user name or password of a package index in it: whoever reads the app's files can use it")
		}
		in.variable(l)
		if !isPublicIndex(address) {
			in.d.found.because("package index", u.Redacted(), l.place())
		}
		return nil
	}
	return nil
}

// variable warns of ${NAME} in a requirement, which pip takes from its environment.
func (in *inspection) variable(l requirementLine) {
	if found := placeholder.FindString(l.text); found != "" {
		in.d.found.warn(fmt.Sprintf("%s uses %s, which the installation does not have: the app's variables are for the app alone", l.place(), found))
	}
}

var placeholder = regexp.MustCompile(`\$\{[A-Z0-9_]+\}`)

// editable judges "-e target". What is in a repository is installed as any other
// package, because its folder does not stay.
func (in *inspection) editable(l requirementLine, target string) error {
	if !repositoryForm.MatchString(target) {
		if place, isFile := strings.CutPrefix(target, "file:"); isFile {
			target = strings.TrimPrefix(place, "//")
		}
		return in.localPath(target, l.place())
	}
	if err := in.repository(target, l.place()); err != nil {
		return err
	}
	address, fragment, _ := strings.Cut(target, "#")
	values, _ := url.ParseQuery(fragment) // what can't be read is not there
	egg, _, _ := strings.Cut(values.Get("egg"), "[")
	if !nameForm.MatchString(egg) {
		return nil // pip asks for a name
	}
	other := values.Get("egg") + " @ " + address
	if folder := values.Get("subdirectory"); folder != "" {
		other += "#subdirectory=" + folder
	}
	in.rewritten[l.first] = other
	return nil
}

// requirement judges a requirement; place is where it stands.
func (in *inspection) requirement(requirement, place string) error {
	name := requirementName(requirement)
	switch {
	case repositoryForm.MatchString(requirement):
		return in.repository(requirement, place)
	case isLocalPath(requirement):
		_, target, _ := strings.Cut(requirement, "file:")
		if target == "" {
			target, _, _ = strings.Cut(requirement, ";")
			target, _, _ = strings.Cut(strings.TrimSpace(target), " ")
		}
		return in.localPath(strings.TrimPrefix(strings.TrimSpace(target), "//"), place)
	case !isForLinux(requirement):
		return nil
	}
	if system := otherSystems[name]; system != "" || strings.HasPrefix(name, "pyobjc-framework-") {
		return in.refuseSystem(name, requirement, place)
	}
	in.d.needDebian(requirement, place)
	return nil
}

var repositoryForm = regexp.MustCompile(`(^|[\s@])((git|hg|svn|bzr)\+[a-z+]+(:|@)|git@|git://)`)

// repository judges a package that is taken from a repository.
func (in *inspection) repository(requirement, place string) error {
	at := requirement[strings.LastIndex(requirement, " ")+1:]
	if _, address, ok := strings.Cut(requirement, "@ "); ok {
		at, _, _ = strings.Cut(strings.TrimSpace(address), " ")
	}
	switch {
	case strings.HasPrefix(at, "git+ssh:"), strings.HasPrefix(at, "git+git@"), strings.HasPrefix(at, "git@"), strings.HasPrefix(at, "ssh:"):
		return appUsage(fmt.Sprintf("%s takes a package from %s over SSH, and the server has no key for that", place, at),
			"write git+https://… in its place if the repository is public, or put the package into the app's folder and write its path")
	case !strings.HasPrefix(at, "git+"):
		return appUsage(fmt.Sprintf("%s takes a package from %s, and the server installs from git repositories only", place, at),
			"write git+https://…, the address of an archive, or a version from the package index")
	}
	in.d.buildNeeds("what is in a repository", "git")
	return nil
}

// localPath judges a requirement that is a folder or a file.
func (in *inspection) localPath(target, place string) error {
	target, _, _ = strings.Cut(target, "#")
	target, _, _ = strings.Cut(strings.TrimSpace(target), "[")
	if strings.Contains(target, "${") {
		in.d.found.Requirements.Paths = true
		return nil
	}
	if path.IsAbs(target) || windowsPath.MatchString(target) || strings.HasPrefix(target, "~") {
		return appUsage(fmt.Sprintf("%s names %s, which is on your computer only", place, target), "move it into the app's folder and write its path there, such as ./libs/NAME, or write the package's name and version")
	}
	folder := "."
	if file, _, ok := strings.Cut(place, " line "); ok {
		folder = path.Dir(file)
	}
	clean := path.Clean(target)
	if strings.HasPrefix(clean, "..") && strings.HasPrefix(path.Join(folder, clean), "..") {
		return appUsage(fmt.Sprintf("%s names %s, which is outside the app's folder", place, target), "move it into the folder, or deploy the folder above")
	}
	_, beside := fs.Stat(in.d.fsys, path.Join(folder, clean))
	_, inRoot := fs.Stat(in.d.fsys, clean)
	if beside != nil && inRoot != nil {
		return appUsage(fmt.Sprintf("%s names %s, which does not exist or is not uploaded", place, target), "correct the path, or take it out of .gitignore and "+IgnoreFile)
	}
	in.d.found.Requirements.Paths = true
	return nil
}

// isForLinux is false for a requirement whose marker says that it is for another system.
// One with alternatives counts as being for Linux.
func isForLinux(requirement string) bool {
	_, marker, _ := strings.Cut(requirement, ";")
	if strings.Contains(marker, " or ") {
		return true
	}
	return !otherMarker.MatchString(strings.NewReplacer("'", "", `"`, "", " ", "").Replace(marker))
}

var otherMarker = regexp.MustCompile(`sys_platform==(win32|darwin|cygwin)|(platform_system|os_name)==(Windows|Darwin|nt)|sys_platform!=linux|platform_system!=Linux|os_name!=posix`)

// otherSystems are packages that can't be installed on Linux, with the marker that says
// where they can.
var otherSystems = map[string]string{
	"pywin32": onWindows, "pypiwin32": onWindows, "pywinpty": onWindows, "windows-curses": onWindows,
	"twisted-iocpsupport": onWindows, "pywinauto": onWindows, "winshell": onWindows,
	"win10toast": onWindows, "winsdk": onWindows, "winrt-runtime": onWindows,
	"pyobjc": onMac, "pyobjc-core": onMac, "rumps": onMac, "macfsevents": onMac,
}

const (
	onWindows = `sys_platform == "win32"`
	onMac     = `sys_platform == "darwin"`
)

func (in *inspection) refuseSystem(name, requirement, place string) error {
	marker, system := otherSystems[name], "Windows"
	if marker == "" {
		marker = onMac
	}
	if marker == onMac {
		system = "macOS"
	}
	front, _, _ := strings.Cut(requirement, " --")
	return appUsage(fmt.Sprintf("%s asks for %s, which is for %s only and can't be installed on a server", place, name, system),
		fmt.Sprintf("write there: %s ; %s", strings.TrimSpace(front), marker))
}
