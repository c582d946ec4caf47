package app

import "strings"

// RequirementText is a requirements file as it is installed.
type RequirementText struct {
	// Path is relative to the app's root, with slashes.
	Path string
	// Text is its content in UTF-8, without the lines that no server can install.
	Text string
	// Other is set if Text is not what the app's own file has.
	Other bool
}

// RequirementTexts are the requirements files of the app, each with those that it includes
// by -r and -c right behind it. The bundle is the app's.
func (f Found) RequirementTexts(b *Bundle) ([]RequirementText, error) {
	read, err := readRequirements(b.fsys, f.Requirements.Files)
	if err != nil {
		return nil, err
	}
	var texts []RequirementText
	for _, file := range read {
		text := RequirementText{Path: file.path, Text: file.text}
		if rewritten, ok := f.Requirements.Rewritten[file.path]; ok {
			text.Text = rewritten
		}
		text.Other = text.Text != strings.ReplaceAll(string(file.raw), "\r\n", "\n")
		texts = append(texts, text)
	}
	return texts, nil
}
