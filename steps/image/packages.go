package image

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"slipway/steps/app"
	"slipway/steps/cpython"
	"slipway/steps/plan"
	"slipway/steps/portable"
	"slipway/steps/release"
	"slipway/steps/shell"
)

const (
	// uvInstall installs what its words name in the environment.
	uvInstall = "uv pip install --python " + environment + "/bin/python3"
	// uvSync installs what uv.lock has, checked by its sums, without groups for development
	// and without the app's own projects.
	uvSync = "uv sync --frozen --no-default-groups --no-install-workspace --inexact"
	// pins is the file of what a lock file has that uv does not read, by its name in
	// portable.Folder.
	pins = portable.Folder + "/packages.txt"
	// texts is the folder of requirements files of which other text is installed.
	texts = portable.Folder + "/requirements/"
)

// requirements reads the requirements files, and adds those that the app's folder does not
// have as they are installed.
func (b *build) requirements() error {
	found := b.plan.App
	if len(found.Requirements.Files) > 0 {
		var err error
		if b.texts, err = found.RequirementTexts(b.plan.Bundle); err != nil {
			return err
		}
	}
	for _, text := range b.texts {
		if text.Other {
			b.added = append(b.added, portable.File{Path: texts + text.Path, Content: text.Text})
		}
	}
	if found.Requirements.Locked && !b.fromUVLock() {
		lines := append([]string{
			fmt.Sprintf("# Written by slipway eject docker: what %s has for a server.", found.Requirements.Source),
			"# Write it anew when that file has changed: slipway eject docker --force",
		}, found.Requirements.Packages...)
		b.added = append(b.added, portable.File{Path: pins, Content: shell.Lines(lines...) + "\n"})
	}
	return b.checkPackages()
}

// checkPackages refuses a requirement that would be an instruction of its own.
func (b *build) checkPackages() error {
	for _, requirement := range slices.Concat(b.plan.App.Requirements.Packages, b.release.Packages, b.plan.App.Requirements.Projects) {
		if controls.MatchString(requirement) {
			return plan.Usagef("write it on one line", "%s has a requirement of several lines: %q", b.plan.App.Requirements.Source, requirement)
		}
	}
	return nil
}

// fromUVLock tells whether uv installs from its own lock file. Of a workspace only the
// project that is served is wanted, which Slipway has read out of the file.
func (b *build) fromUVLock() bool {
	req := b.plan.App.Requirements
	return req.Source == "uv.lock" && req.Locked && !slices.ContainsFunc(req.Projects, func(folder string) bool { return folder != "." }) && b.seeded("pyproject.toml")
}

// manifests are the files that the installation reads, as pairs of a path in the context
// and the path in the app's folder.
func (b *build) manifests() [][2]string {
	var files [][2]string
	for _, text := range b.texts {
		from := text.Path
		if text.Other {
			from = texts + text.Path
		}
		files = append(files, [2]string{from, text.Path})
	}
	switch {
	case b.fromUVLock():
		files = append(files, [2]string{"pyproject.toml", "pyproject.toml"}, [2]string{"uv.lock", "uv.lock"})
	case b.plan.App.Requirements.Locked:
		files = append(files, [2]string{pins, pins})
	}
	return files
}

// needsSource tells whether the packages can't be installed before the source is there.
func (b *build) needsSource() bool {
	return b.plan.App.Requirements.Paths ||
		slices.ContainsFunc(b.manifests(), func(file [2]string) bool { return !plainPath.MatchString(file[0] + file[1]) })
}

// copyManifests are the COPY instructions for what the installation reads.
func (b *build) copyManifests() []string {
	var lines []string
	together := map[string][]string{}
	var folders []string
	for _, file := range b.manifests() {
		if file[0] != file[1] {
			lines = append(lines, "COPY "+copyWords(file[0], "./"+file[1]))
			continue
		}
		folder := path.Dir(file[0])
		if together[folder] == nil {
			folders = append(folders, folder)
		}
		together[folder] = append(together[folder], file[0])
	}
	for _, folder := range folders {
		to := "./"
		if folder != "." {
			to = "./" + folder + "/"
		}
		lines = append(lines, "COPY "+copyWords(append(together[folder], to)...))
	}
	return lines
}

func copyWords(paths ...string) string {
	if strings.Contains(strings.Join(paths, ""), " ") {
		return words(paths...)
	}
	return strings.Join(paths, " ")
}

// installLines are the commands that install the packages.
func (b *build) installLines() []string {
	req := b.plan.App.Requirements
	var args []string
	for _, file := range req.Files {
		args = append(args, "-r", file)
	}
	var lines []string
	switch {
	case b.fromUVLock():
		lines = append(lines, uvSync)
	case req.Locked:
		args = append(args, "-r", pins)
	default:
		for _, requirement := range req.Packages {
			if app.IsFolder(requirement) {
				args = append(args, "-e") // its data files are read where they lie
			}
			args = append(args, requirement)
		}
	}
	if args = append(args, b.release.Packages...); len(args) == 0 {
		return lines
	}
	command := uvInstall
	if b.otherIndex() {
		command += " --index-strategy unsafe-best-match" // as pip does
	}
	return append(lines, command+" "+shell.Command(args...))
}

var extraIndex = regexp.MustCompile(`(?m)^\s*--extra-index-url\b`)

// otherIndex tells whether a requirements file names an index beside the first one.
func (b *build) otherIndex() bool {
	return slices.ContainsFunc(b.texts, func(t app.RequirementText) bool { return extraIndex.MatchString(t.Text) })
}

// projectLine installs the app's own projects in place; "" if there are none.
func (b *build) projectLine() string {
	projects := b.plan.App.Requirements.Projects
	if len(projects) == 0 {
		return ""
	}
	words := []string{strings.Join(release.WithoutRepository, " "), uvInstall, "--no-deps"}
	for _, project := range projects {
		words = append(words, "-e", shell.Quote("./"+project))
	}
	return strings.Join(words, " ")
}

// tools brings uv in the version that servers have.
func tools() string {
	return runLine("python3 -m venv /opt/uv", "/opt/uv/bin/pip install --no-cache-dir uv=="+cpython.UV, "python3 -m venv --without-pip "+environment)
}
