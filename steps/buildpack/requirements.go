package buildpack

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"slipway/steps/app"
)

// requirementsFile is the only file of packages that the archive has, whatever the app's
// own is called: the buildpack reads it, and nothing else beside it.
const requirementsFile = "requirements.txt"

// hashed matches a requirement with a hash: pip then refuses those that have none.
var hashed = regexp.MustCompile(`(?m)(^|[ \t])--hash[= ]`)

// requirements adds requirements.txt: what the app names, and what serves it. rest are
// requirements that can't be a line there.
func (s source) requirements() (rest []string, err error) {
	lines, hashes, err := s.named()
	if err != nil {
		return nil, err
	}
	for _, requirement := range s.plan.App.Requirements.Packages {
		if app.IsFolder(requirement) {
			requirement = "-e " + requirement
		}
		lines = append(lines, requirement)
	}
	missing := s.missing(lines)
	if hashes {
		missing, rest = nil, missing
	}
	text := strings.Join(append(lines, missing...), "\n")
	if text != "" {
		text += "\n"
	}
	s.files[requirementsFile] = text
	return rest, nil
}

// missing are the packages that serve the app and that it does not name itself.
func (s source) missing(lines []string) []string {
	text := strings.Join(lines, "\n")
	return slices.DeleteFunc(slices.Clone(s.release.Packages), func(requirement string) bool {
		_, named := s.plan.App.Named[requirement] // for Linux; a file of constraints names it too
		return named && regexp.MustCompile(`(?im)^\s*`+regexp.QuoteMeta(requirement)+`($|[^\w.-])`).MatchString(text)
	})
}

// named are the texts of the app's requirements files. A file in a folder is taken into the
// root's, so that it can include a requirements.txt that the archive no longer has; what
// files include besides stays a file of its own. hashes tells that one of them has hashes.
func (s source) named() (lines []string, hashes bool, err error) {
	files := s.plan.App.Requirements.Files
	if len(files) == 0 {
		return nil, false, nil
	}
	texts, err := s.plan.App.RequirementTexts(s.plan.Bundle)
	if err != nil {
		return nil, false, err
	}
	var root []string
	for _, t := range texts {
		hashes = hashes || hashed.MatchString(t.Text)
		switch {
		case t.Path == requirementsFile:
			root = append(root, trimmed(t.Text))
		case slices.Contains(files, t.Path):
			lines = append(lines, trimmed(fromRoot(t.Text, path.Dir(t.Path))))
		case t.Other:
			s.files[t.Path] = t.Text
		}
	}
	return append(root, lines...), hashes, nil
}

func trimmed(text string) string { return strings.TrimRight(text, "\r\n") }

// include matches a line that includes another file of requirements or constraints.
var include = regexp.MustCompile(`^(\s*(?:-r|-c|--requirement|--constraint)[ \t=]*)(["']?)([^"'#\s]+)(["']?)(.*)$`)

// fromRoot is the text of a requirements file in a folder as it means the same in the root:
// what it includes is named from the root. An include of the root's own file is left out.
func fromRoot(text, folder string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		parts := include.FindStringSubmatch(line)
		if parts == nil || strings.Contains(parts[3], "://") {
			continue
		}
		included := path.Join(folder, parts[3])
		if included == requirementsFile {
			lines[i] = ""
			continue
		}
		lines[i] = parts[1] + parts[2] + included + parts[4] + parts[5]
	}
	return strings.Join(lines, "\n")
}
