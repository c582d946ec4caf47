package app

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// These words tell which requirements file is for the server, and which is not.
var (
	serverWords = []string{"prod", "production", "server", "deploy", "deployment", "live", "heroku", "main"}
	baseWords   = []string{"", "base", "common", "core", "requirements"}
)

// fromOtherFiles chooses among requirements files of other names than requirements.txt:
// the one whose name says that it is for the server, else the only one that is not for
// development.
func (d *detection) fromOtherFiles() (Requirements, error) {
	files, err := d.otherFiles()
	if err != nil || !slices.ContainsFunc(files, isForServer) {
		return Requirements{}, err
	}
	var server, base, plain []string
	for _, file := range files {
		switch word := wordOf(file); {
		case slices.Contains(serverWords, word):
			server = append(server, file)
		case slices.Contains(baseWords, word):
			base = append(base, file)
			plain = append(plain, file)
		case !isForDevelopment(word):
			plain = append(plain, file)
		}
	}
	switch {
	case len(server) == 1 && len(base) <= 1 && !d.includes(server[0], base):
		server = append(base, server...)
		return Requirements{Files: server, Source: server[len(server)-1]}, nil
	case len(server) == 1:
		return fileRequirements(server[0]), nil
	case len(server) == 0 && len(plain) == 1:
		return fileRequirements(plain[0]), nil
	}
	return Requirements{}, appUsage("it is not clear which requirements file is for the server",
		fmt.Sprintf("set app.requirements = %q, or another one, in %s", files[len(files)-1], SettingsFile), files...)
}

// requirementPatterns are the names that people give to requirements files.
var requirementPatterns = []string{
	"requirements/*.txt", "requirements-*.txt", "requirements_*.txt", "*-requirements.txt", "*_requirements.txt",
	"req.txt", "reqs.txt", "requirement.txt", "[Rr][Ee][Qq][Uu][Ii][Rr][Ee][Mm][Ee][Nn][Tt][Ss].[Tt][Xx][Tt]",
	"requirements.in", "requirements/*.in",
}

// otherFiles are requirements files that are not named requirements.txt.
func (d *detection) otherFiles() ([]string, error) {
	var files []string
	for _, pattern := range requirementPatterns {
		if strings.HasSuffix(pattern, ".in") && slices.ContainsFunc(files, isForServer) {
			break // what the others are made of
		}
		found, err := fs.Glob(d.fsys, pattern)
		if err != nil {
			return nil, fmt.Errorf("the requirements files can't be listed: %w", err)
		}
		files = append(files, slices.DeleteFunc(found, func(file string) bool { return !d.exists(file) })...)
	}
	return files, nil
}

// wordOf is the word by which a requirements file differs from others: "prod" of
// "requirements-prod.txt".
func wordOf(file string) string {
	word := strings.ToLower(strings.TrimSuffix(path.Base(file), path.Ext(file)))
	word = strings.TrimSuffix(strings.TrimPrefix(word, "requirements"), "requirements")
	return strings.Trim(word, "-_.")
}

// isForServer is false for a requirements file that is for development.
func isForServer(file string) bool { return !isForDevelopment(wordOf(file)) }

func isForDevelopment(word string) bool {
	for _, part := range strings.FieldsFunc(word, func(r rune) bool { return r == '-' || r == '_' || r == '.' }) {
		switch strings.TrimSuffix(part, "s") {
		case "dev", "develop", "development", "test", "testing", "lint", "linting", "doc", "ci", "local", "debug", "typing", "type", "mypy", "build", "qa", "style", "optional", "extra", "tool", "notebook", "bench", "format":
			return true
		}
	}
	return false
}

// includes tells whether a requirements file includes one of the others, or there are
// none.
func (d *detection) includes(file string, others []string) bool {
	read, err := readRequirements(d.fsys, []string{file})
	if err != nil || len(others) == 0 {
		return true
	}
	return slices.ContainsFunc(read, func(f requirementFile) bool { return slices.Contains(others, f.path) })
}
