package app

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"slices"
	"strings"
)

// DependencyHash returns the hex SHA-256 of everything that decides which packages
// are installed: the requirements files with those that they include by -r and -c,
// Packages, PythonVersion and Server, and the whole app if a requirement is a path in
// it, or one of its own projects. As long as it stays the same, a virtual environment
// can be kept. A file that is included but not uploaded is a *providers.Usage.
func (f Found) DependencyHash(fsys fs.FS) (string, error) {
	ignore, err := readIgnore(fsys)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	writeField(sum, "python "+f.PythonVersion)
	writeField(sum, "server "+f.Server)
	local := f.Requirements.Local()
	for _, p := range f.Requirements.Packages {
		writeField(sum, "package "+p)
		local = local || isLocalPath(p)
	}
	read, err := readRequirements(view{fsys, ignore}, f.Requirements.Files)
	if err != nil {
		return "", err
	}
	for _, file := range read {
		writeField(sum, "file "+file.path)
		writeField(sum, string(file.raw))
		local = local || slices.ContainsFunc(file.lines, requirementLine.isLocal)
	}
	for _, folder := range f.Requirements.Projects {
		writeField(sum, "project "+folder)
	}
	if local {
		bundle, err := Collect(fsys)
		if err != nil {
			return "", err
		}
		writeField(sum, "app "+bundle.Hash())
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// IsFolder tells a requirement that is a folder of the app: "." or "./libs/shared".
func IsFolder(requirement string) bool {
	place, marker, _ := strings.Cut(requirement, ";")
	return marker == "" && (place == "." || strings.HasPrefix(place, "./") && !isArchive(place))
}
