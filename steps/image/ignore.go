package image

import (
	"path"
	"slices"
	"strings"

	"slipway/steps/app"
	"slipway/steps/portable"
	"slipway/steps/shell"
)

// dockerignore leaves out of the build's context what Slipway does not upload: first what
// it leaves out of every app, then what it left out of this one.
func (b *build) dockerignore() string {
	lines := []string{"# Written by slipway eject docker: what the image does not need, and what must never be in it."}
	for _, pattern := range app.NeverUploaded() {
		if pattern != portable.Folder {
			lines = append(lines, "**/"+pattern)
		}
	}
	for _, folder := range []string{".venv", "venv"} {
		if !b.hasFolder(folder) {
			lines = append(lines, "**/"+folder)
		}
	}
	lines = append(lines, Compose, Dockerfile, Dockerignore)
	if b.plan.Bundle == nil {
		return shell.Lines(lines...) + "\n"
	}
	more := slices.DeleteFunc(b.plan.Bundle.LeftOutBesides(), func(name string) bool {
		folder := path.Base(name)
		return strings.HasSuffix(name, "/") && (folder == ".venv" || folder == "venv") && !b.hasFolder(folder)
	})
	if len(more) > 0 {
		lines = append(lines, "# What .gitignore and "+app.IgnoreFile+" name.")
	}
	for _, name := range more {
		lines = append(lines, ignored(strings.TrimSuffix(name, "/")))
	}
	return shell.Lines(lines...) + "\n"
}

// hasFolder tells whether a folder of this name is among the app's files.
func (b *build) hasFolder(name string) bool {
	return b.plan.Bundle != nil && slices.ContainsFunc(b.plan.Bundle.Files, func(f app.BundleFile) bool {
		return slices.Contains(strings.Split(path.Dir(f.Path), "/"), name)
	})
}

// ignored is the pattern that matches this path alone. A character that can't stand in a
// line of the file is any character.
func ignored(name string) string {
	var pattern strings.Builder
	for i, r := range name {
		switch {
		case r < ' ' || r == 0x7f || r == ' ' && (i == 0 || i == len(name)-1):
			pattern.WriteByte('?')
		case strings.ContainsRune(`*?[]\`, r) || i == 0 && strings.ContainsRune("!#", r):
			pattern.WriteString(`\` + string(r))
		default:
			pattern.WriteRune(r)
		}
	}
	return pattern.String()
}
